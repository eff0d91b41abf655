"""The Whois look-up of one address: ASN by DNS, the network by RDAP, by classic whois where RDAP fails."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tcpview_tui.lookup.addresses import bare, classify
from tcpview_tui.lookup.answer import WhoisAnswer, WhoisFailure, washed
from tcpview_tui.lookup.settings import WHOIS_PORT, Lookup, server
from tcpview_tui.text import endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tcpview_tui.clock import Clock
    from tcpview_tui.lookup.wire import Deadline

    _Step = Callable[[str, str | None, Lookup, Deadline], WhoisAnswer]

__all__ = ["WhoisAnswer", "WhoisFailure", "local_answer", "look_up", "servers"]

RDAP_HOSTS = (
    "rdap.arin.net",
    "rdap.db.ripe.net",
    "rdap.apnic.net",
    "rdap.lacnic.net",
    "rdap.afrinic.net",
    "rdap-bootstrap.arin.net",
    "rdap.registro.br",
)
"""The registries as ipwhois knows them, and the national one of Brazil, under LACNIC. No redirect leads elsewhere."""

_ASN_SHARE, _RDAP_SHARE, _WHOIS_SHARE = 0.25, 0.7, 0.95
"""When each step is over, in parts of the total time: a silent one leaves time for the next, and the last one for
saying what failed before the desk gives up."""


def local_answer(address: str) -> WhoisAnswer | None:
    """Return the answer for an address that no registry knows, private or reserved; `None` if one must be asked."""
    reason = classify(address)
    return washed(WhoisAnswer(address=address, notes=(reason,))) if reason else None


def look_up(address: str, settings: Lookup, clock: Clock) -> WhoisAnswer | WhoisFailure:
    """Ask the network about `address` and wait: for worker threads only.

    About `whois_timeout` seconds at most, but for the system's name resolution, which nobody can hurry. Addresses
    that no registry knows are answered without asking. Imports ipwhois and dnspython (0.1 s) the first time.
    """
    local = local_answer(address)
    if local:
        return local
    from tcpview_tui.lookup.wire import Deadline, WireError

    steps = [(ask, Deadline(settings.whois_timeout * share)) for ask, share in _steps(settings)]
    address = bare(address)
    asn, notes = _asn(address, settings)
    errors: list[WireError] = []
    for ask, deadline in steps:
        try:
            found = ask(address, asn.get("registry"), settings, deadline)
        except WireError as error:
            errors.append(error)
        else:
            return _complete(found, asn, [*notes, *(f"{error}." for error in errors)], clock)
    reasons = "; ".join(str(error) for error in errors)
    return WhoisFailure(address, f"{reasons}.", any(error.retryable for error in errors))


def servers(settings: Lookup) -> tuple[str, ...]:
    """Return, in plain words, everybody who will learn of the queries of `look_up`; made for the first-use question."""
    dns = f"the DNS server {settings.dns_server}" if settings.dns_server else "this machine's DNS server"
    people = [f"{dns}, and through it Team Cymru (asn.cymru.com): the address, for its AS number"]
    if settings.rdap_url:
        people.append(f"the RDAP server {urlsplit(settings.rdap_url).netloc}: the address")
    elif not settings.whois_server:
        people.append(f"one of the address registries, by RDAP ({', '.join(RDAP_HOSTS)}): the address")
        people.append("the same registry's whois server, if RDAP fails: the address")
        people += [f"the HTTP proxy of your environment ({proxy}): which registry is asked" for proxy in _proxies()]
    if settings.whois_server:
        people.append(f"the whois server {settings.whois_server}: the address")
    return tuple(people)


def _proxies() -> list[str]:
    from urllib.request import getproxies

    proxy = getproxies().get("https", "")
    return [urlsplit(proxy).netloc.rpartition("@")[2] or proxy] if proxy else []


def _asn(address: str, settings: Lookup) -> tuple[dict[str, Any], list[str]]:
    from tcpview_tui.lookup.registries import ask_asn
    from tcpview_tui.lookup.resolver import NoServerError, make_resolver
    from tcpview_tui.lookup.wire import WireError

    try:
        # Two queries share the time.
        resolver = make_resolver(settings.dns_server, settings.whois_timeout * _ASN_SHARE / 2)
        return ask_asn(address, resolver), []
    except (NoServerError, WireError) as error:
        return {}, [f"The AS number is not known: {error}."]


def _steps(settings: Lookup) -> Sequence[tuple[_Step, float]]:
    # Who names a mirror does not want the registries to learn of the query, not even when the mirror fails.
    rdap = bool(settings.rdap_url or not settings.whois_server)
    whois = bool(settings.whois_server or not settings.rdap_url)
    return [(_rdap, _RDAP_SHARE)] * rdap + [(_whois, _WHOIS_SHARE)] * whois


def _rdap(address: str, registry: str | None, settings: Lookup, deadline: Deadline) -> WhoisAnswer:
    from tcpview_tui.lookup.registries import rdap_url, read_rdap
    from tcpview_tui.lookup.wire import WireError, fetch_json

    mirror = settings.rdap_url
    url = _mirror_url(mirror, address) if mirror else rdap_url(address, registry)
    try:
        # A mirror is asked directly: a proxy in the way would learn of the query.
        reply, source = fetch_json(url, deadline, _same_place(mirror) if mirror else _is_registry, proxies=not mirror)
        return replace(read_rdap(address, reply), source=f"RDAP {source}")
    except WireError as error:
        raise WireError(f"RDAP: {error}", error.retryable) from None


def _whois(address: str, registry: str | None, settings: Lookup, deadline: Deadline) -> WhoisAnswer:
    from tcpview_tui.lookup.classic import read_whois
    from tcpview_tui.lookup.registries import whois_host
    from tcpview_tui.lookup.wire import WireError, ask_whois

    name = settings.whois_server or whois_host(registry)
    if name is None:
        raise WireError("whois: without the AS number nobody knows which registry to ask")
    host, port = server(name, WHOIS_PORT)
    # ARIN's own syntax: "n" looks for networks only, "+" shows them in full.
    query = f"n + {address}" if registry == "arin" and not settings.whois_server else address
    try:
        found = read_whois(address, ask_whois(host, port, query, deadline), host)
    except WireError as error:
        raise WireError(f"whois: {error}", error.retryable) from None
    shown = host if port == WHOIS_PORT else endpoint(host, port)
    return replace(found, source=f"whois {shown}")


def _complete(found: WhoisAnswer, asn: dict[str, Any], notes: list[str], clock: Clock) -> WhoisAnswer:
    return washed(
        replace(
            found,
            asn=asn.get("asn"),
            asn_name=asn.get("asn_name"),
            country=found.country or asn.get("country"),
            notes=(*notes, *found.notes),
            fetched_at=clock.wall(),
        )
    )


def _mirror_url(base: str, address: str) -> str:
    base = base.rstrip("/")
    return f"{base}/{address}" if base.endswith("/ip") else f"{base}/ip/{address}"


def _same_place(mirror: str) -> Callable[[str], bool]:
    home = urlsplit(mirror)

    def is_mirror(url: str) -> bool:
        target = urlsplit(url)
        return (target.scheme, target.netloc) == (home.scheme, home.netloc)

    return is_mirror


def _is_registry(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.netloc in RDAP_HOSTS
