"""Which addresses may be asked about, and what is known here of those that may not."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from tcpview_tui.model.address import Address, parse
from tcpview_tui.text import safe

_LOCAL = "it belongs to a local network and no registry knows who uses it"
_ANY = "it stands for every address of this machine"
_PAPER = "it is written in manuals and should not be seen on a network"
_GROUP = "it names a group of receivers, not one machine"
_UNUSED = "nobody can own it"

_KINDS = (
    ("0.0.0.0/32", "unspecified", "the unspecified address", "RFC 1122 section 3.2.1.3", _ANY),
    ("0.0.0.0/8", "this network", "an address of “this network”", "RFC 791", _UNUSED),
    ("10.0.0.0/8", "private", "a private address", "RFC 1918", _LOCAL),
    ("172.16.0.0/12", "private", "a private address", "RFC 1918", _LOCAL),
    ("192.168.0.0/16", "private", "a private address", "RFC 1918", _LOCAL),
    ("100.64.0.0/10", "CGNAT", "a shared address", "RFC 6598", "it belongs to a provider, behind carrier-grade NAT"),
    ("127.0.0.0/8", "loopback", "a loopback address", "RFC 1122 section 3.2.1.3", "it is this machine itself"),
    (
        "169.254.169.254/32", "cloud metadata", "a link-local address", "RFC 3927",
        "clouds answer there with the machine's metadata, credentials included; no registry knows it",
    ),
    ("169.254.0.0/16", "link-local", "a link-local address", "RFC 3927", "it is valid on one network link only"),
    ("192.0.0.0/24", "reserved", "reserved for protocols", "RFC 6890", _UNUSED),
    ("192.0.2.0/24", "documentation", "a documentation address", "RFC 5737", _PAPER),
    ("198.51.100.0/24", "documentation", "a documentation address", "RFC 5737", _PAPER),
    ("203.0.113.0/24", "documentation", "a documentation address", "RFC 5737", _PAPER),
    ("192.88.99.0/24", "6to4 relay", "the former 6to4 relay address", "RFC 7526", _UNUSED),
    ("198.18.0.0/15", "benchmarking", "a benchmarking address", "RFC 2544", "it is for test laboratories"),
    ("224.0.0.0/4", "multicast", "a multicast address", "RFC 5771", _GROUP),
    ("255.255.255.255/32", "broadcast", "the broadcast address", "RFC 919", "it names every machine on the local link"),
    ("240.0.0.0/4", "reserved", "a reserved address", "RFC 1112 section 4", _UNUSED),
    ("::/128", "unspecified", "the unspecified address", "RFC 4291 section 2.5.2", _ANY),
    ("::1/128", "loopback", "the loopback address", "RFC 4291 section 2.5.3", "it is this machine itself"),
    (
        "::/96", "IPv4-compatible", "an IPv4-compatible address", "RFC 4291 section 2.5.5.1",
        "the form is obsolete and " + _UNUSED,
    ),
    (
        "64:ff9b:1::/48", "NAT64", "a local NAT64 address", "RFC 8215",
        "it stands for an IPv4 address behind a local translator",
    ),
    ("100::/64", "discard", "a discard address", "RFC 6666", "routers drop what is sent there"),
    ("2001:2::/48", "benchmarking", "a benchmarking address", "RFC 5180", "it is for test laboratories"),
    ("2001:10::/28", "ORCHID", "an ORCHID", "RFC 4843", "it is a key's fingerprint, not a place in a network"),
    ("2001:20::/28", "ORCHID", "an ORCHID", "RFC 7343", "it is a key's fingerprint, not a place in a network"),
    ("2001:db8::/32", "documentation", "a documentation address", "RFC 3849", _PAPER),
    ("3fff::/20", "documentation", "a documentation address", "RFC 9637", _PAPER),
    ("2001::/23", "reserved", "reserved for protocols", "RFC 2928", _UNUSED),
    (
        "fd00:ec2::254/128", "cloud metadata", "a unique local address", "RFC 4193",
        "a cloud answers there with the machine's metadata, credentials included; no registry knows it",
    ),
    ("fc00::/7", "ULA", "a unique local address", "RFC 4193", _LOCAL),
    (
        "fe80::/10", "link-local", "a link-local address", "RFC 4291 section 2.5.6",
        "it is valid on one network link only",
    ),
    (
        "fec0::/10", "site-local", "a site-local address", "RFC 3879",
        "it belongs to a local network and the form is obsolete",
    ),
    ("ff00::/8", "multicast", "a multicast address", "RFC 4291 section 2.7", _GROUP),
)  # fmt: skip
"""Network, its class, what it is, who says so, what follows; the first that holds an address describes it (IANA's
registries of special-purpose addresses, iana-ipv4-special-registry and iana-ipv6-special-registry)."""

_NETWORKS = tuple((ipaddress.ip_network(network), *facts) for network, *facts in _KINDS)

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that has been given to registries (RFC 4291 section 2.4, RFC 3587)."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""The well-known prefix of RFC 6052 section 2.1: the last 32 bits are an IPv4 address."""


@lru_cache(maxsize=4096)
def classify(text: str) -> str | None:
    """Return `None` when `text` is an address a registry may be asked about, otherwise a sentence that says why not.

    An IPv4-mapped address is judged as its IPv4 address, a zone (``%eth0``) is not looked at. Nothing is sent.
    """
    address = parse(text)
    if address is None:
        return f"“{safe(text, 80)}” is not an IP address: there is nothing to look up."
    shown = safe(str(address), 80)
    embedded = _embedded(address)
    if embedded:
        return _tunnel(shown, *embedded)
    for network, _, kind, rfc, follows in _NETWORKS:
        if address in network:
            return f"{shown} is {kind} ({rfc}): {follows}."
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return f"{shown} is a reserved address (RFC 4291 section 2.4): it was never given to anybody."
    return None


@lru_cache(maxsize=131_072)
def address_class(text: str) -> str | None:
    """Return what kind of address `text` is in one or two words: ``private``, ``CGNAT``, ``cloud metadata``.

    `None` for one that belongs to somebody, and for what is no address. Those that stand for an IPv4 address are
    ``NAT64`` (RFC 6052), ``6to4`` (RFC 3056) or ``Teredo`` (RFC 4380).
    """
    address = parse(text)
    if address is None:
        return None
    if isinstance(address, ipaddress.IPv6Address) and _embedded(address):
        return "NAT64" if address in _NAT64 else "6to4" if address.sixtofour else "Teredo"
    known = (str(name) for network, name, *_ in _NETWORKS if address in network)
    is_given = address.version == 4 or address in _GLOBAL_UNICAST
    return next(known, None if is_given else "reserved")


def meant(text: str) -> Address | None:
    """Return the address whose owner a registry knows, `None` where `text` is none, or of a special purpose.

    Of one that stands for an IPv4 address behind a translator or a tunnel it is that: a machine with IPv6 alone reaches
    all of IPv4 through NAT64.
    """
    address = parse(text.partition("%")[0])
    embedded = _embedded(address) if address else None
    owned = embedded[1] if embedded else address
    return None if owned is None or classify(str(owned)) else owned


def bare(text: str) -> str:
    """Return an address as it may be sent: canonical, IPv4-mapped as IPv4, without zone (the zone names an interface
    of this machine, RFC 4007 section 11). ValueError when `text` is not an address."""
    address = parse(text)
    if address is None:
        raise ValueError(f"“{safe(text, 80)}” is not an IP address")
    return str(address).partition("%")[0]


def _embedded(address: Address) -> tuple[str, ipaddress.IPv4Address] | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return "behind a NAT64 translator (RFC 6052)", ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.sixtofour:
        return "through a 6to4 tunnel (RFC 3056)", address.sixtofour
    return ("through a Teredo tunnel (RFC 4380)", address.teredo[1]) if address.teredo else None


def _tunnel(shown: str, way: str, inner: ipaddress.IPv4Address) -> str:
    local = classify(str(inner))
    return f"{shown} stands for {inner} {way}: " + (local or f"look {inner} up instead.")
