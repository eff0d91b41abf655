"""What ipwhois knows: which registry serves an address, and how RDAP and ASN answers are read.

Importing this module imports ipwhois (0.1 s): only the look-up thread does. ipwhois parses here and nothing else;
`wire` and `resolver` do the talking.
"""

from __future__ import annotations

import ipaddress
from typing import Any

import dns.name
import dns.resolver
import dns.reversename
from ipwhois import Net
from ipwhois.asn import IPASN
from ipwhois.exceptions import BaseIpwhoisException
from ipwhois.rdap import BOOTSTRAP_URL, RDAP, RIR_RDAP
from ipwhois.whois import RIR_WHOIS

from tcpview_tui.lookup.answer import WhoisAnswer, day
from tcpview_tui.lookup.wire import WireError

GARBAGE = (BaseIpwhoisException, LookupError, AttributeError, TypeError, ValueError)
"""What ipwhois raises on answers that are not what they should be."""

_ENTITY_LIMIT = 100
_DEPTH_LIMIT = 4
_CYMRU = (dns.name.from_text("origin.asn.cymru.com."), dns.name.from_text("origin6.asn.cymru.com."))
_TEXTS = ("startAddress", "endAddress", "name", "country")


def rdap_url(address: str, registry: str | None) -> str:
    """Return the URL that answers for `address` at `registry`; at ARIN's bootstrap when the registry is unknown."""
    known = RIR_RDAP.get(registry)
    return str(known["ip_url"]).format(address) if known else f"{BOOTSTRAP_URL}/ip/{address}"


def whois_host(registry: str | None) -> str | None:
    """Return the whois server of `registry`; `None` when the registry is unknown."""
    known = RIR_WHOIS.get(registry)
    return str(known["server"]) if known else None


def ask_asn(address: str, resolver: dns.resolver.Resolver) -> dict[str, Any]:
    """Return ``registry``, ``asn``, ``asn_name`` and ``country`` of `address` as Team Cymru's DNS tells them.

    Two queries, both only to the servers of `resolver`. WireError when the first gives nothing usable; without the
    second, ``asn_name`` is `None`.
    """
    net = _net(address, resolver)
    parser = IPASN(net)
    try:
        # An address can be announced by several networks; the longest prefix is the one packets follow.
        origin = max((parser.parse_fields_dns(str(text)) for text in net.get_asn_dns()), key=_prefix_length)
        number = int(origin["asn"].split()[0])
    except GARBAGE:
        raise WireError("DNS gave no usable answer") from None
    try:
        name = parser.parse_fields_verbose_dns(net.get_asn_verbose_dns(str(number)))["asn_description"]
    except GARBAGE:
        name = None
    return {"registry": origin["asn_registry"], "asn": number, "asn_name": name, "country": origin["asn_country_code"]}


def read_rdap(address: str, reply: object) -> WhoisAnswer:
    """Return what an RDAP answer (RFC 9083 section 5.4) says, not yet washed; WireError when it is none."""
    try:
        found = RDAP(_net(address, None)).lookup(response=_digest(reply), bootstrap=True, root_ent_check=False)
    except GARBAGE:
        found = None
    if not found or not found["network"]["cidr"]:
        raise WireError("the answer does not describe a network (RFC 9083)")
    network, people = found["network"], list(found["objects"].values())
    when = {event["action"]: event["timestamp"] for event in network["events"] or ()}
    blocks = [ipaddress.ip_network(block) for block in network["cidr"].split(", ")]
    holds = any(ipaddress.ip_address(address) in block for block in blocks)
    return WhoisAnswer(
        address=address,
        network=network["cidr"] if len(blocks) < 4 else f"{network['start_address']} - {network['end_address']}",
        network_name=network["name"],
        owner=_owner(people),
        country=network["country"],
        abuse=_abuse(people),
        registered=day(when.get("registration")),
        updated=day(when.get("last changed")),
        notes=() if holds else ("The server answered about a network that does not hold this address.",),
    )


def _net(address: str, resolver: dns.resolver.Resolver | None) -> Any:
    # Net.__init__ reads /etc/resolv.conf even when another server is configured, and raises when there is none.
    net = Net.__new__(Net)
    name = dns.reversename.from_address(address, *_CYMRU)
    # Of an IPv6 address, Team Cymru needs the first 64 bits: 16 digits, and the 5 labels of the zone with the root.
    net.dns_zone = dns.name.Name(name.labels[-21:] if ":" in address else name.labels).to_text()
    net.address_str, net.dns_resolver = address, resolver
    return net


def _prefix_length(origin: dict[str, str]) -> int:
    return int(origin["asn_cidr"].rpartition("/")[2])


def _digest(reply: object) -> dict[str, Any]:
    # One value of the wrong type, a null handle, an entity without one, and ipwhois drops the whole answer. It also
    # leaves contacts inside other entities alone, where ARIN keeps the abuse desk, unless it may fetch each one anew.
    if not isinstance(reply, dict):
        raise TypeError
    version = "v6" if ":" in str(reply.get("startAddress")) else "v4"
    events = [item for item in _list(reply.get("events")) if _has_texts(item, "eventAction", "eventDate")]
    people = _flat(reply, _DEPTH_LIMIT)
    for number, person in enumerate(people):
        person["handle"] = str(number)  # nothing shows the handle; a missing or repeated one would hide an entity
    return {**_only_texts(reply, _TEXTS), "handle": "-", "ipVersion": version, "events": events, "entities": people}


def _flat(holder: dict[str, Any], depth: int) -> list[dict[str, Any]]:
    entities: list[dict[str, Any]] = []
    for entity in _list(holder.get("entities"))[:_ENTITY_LIMIT]:
        if isinstance(entity, dict) and len(entities) < _ENTITY_LIMIT:
            roles = [role for role in _list(entity.get("roles")) if isinstance(role, str)]
            vcard = [None, [item for item in _vcard(entity) if _is_property(item)]]
            entities.append({"roles": roles, "vcardArray": vcard})
            entities += _flat(entity, depth - 1) if depth > 1 else []
    return entities[:_ENTITY_LIMIT]


def _vcard(entity: dict[str, Any]) -> list[Any]:
    return _list(next(iter(_list(entity.get("vcardArray"))[1:2]), None))


def _is_property(item: Any) -> bool:
    # RFC 7095 section 3.3: name, parameters, type, value.
    return isinstance(item, list) and len(item) > 3 and item[0] in {"fn", "kind", "email"} and isinstance(item[3], str)


def _owner(people: list[dict[str, Any]]) -> str | None:
    owners = [person["contact"] for person in people if "registrant" in person["roles"] and person["contact"]["name"]]
    # RIPE also lists maintainers as registrants; only the organisation says what it is.
    owners.sort(key=lambda contact: str(contact["kind"]).lower() not in {"org", "group"})
    return owners[0]["name"] if owners else None


def _abuse(people: list[dict[str, Any]]) -> tuple[str, ...]:
    desks = [person["contact"]["email"] or () for person in people if "abuse" in person["roles"]]
    return tuple(dict.fromkeys(email["value"] for emails in desks for email in emails if email["value"]))


def _only_texts(holder: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: holder[key] for key in keys if isinstance(holder.get(key), str)}


def _has_texts(item: Any, *keys: str) -> bool:
    return isinstance(item, dict) and len(_only_texts(item, keys)) == len(keys)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
