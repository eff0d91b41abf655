"""What can be set about look-ups, and which values are accepted."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from tcpview_tui.model.address import parse

WHOIS_PORT = 43
"""RFC 3912 section 2."""

DNS_PORT = 53
"""RFC 1035 section 4.2."""

RANGES = {
    "whois_timeout": (0.5, 300.0, "seconds"),
    "name_timeout": (0.1, 60.0, "seconds"),
    "name_parallel": (1, 64, "queries"),
    "cache_days": (0.0, 365.0, "days; 0 keeps nothing"),
}
"""Lowest and highest accepted value of each number, and what it counts."""

_SERVER = re.compile(r"(?:\[(?P<v6>[^\[\]]+)\]|(?P<host>[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}))(?::(?P<port>\d{1,5}))?\Z")


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The ``[lookup]`` table of the config file.

    `rdap_url` is a base such as ``https://rdap.example.net`` (``/ip/ADDRESS`` is added), `whois_server` and
    `dns_server` are ``host``, ``host:port`` or ``[v6]:port``. Empty means the registry's own server, or the
    system's DNS. Naming an RDAP or whois mirror is the choice not to ask the registries at all: of the two, only
    what is named is then used. Times are seconds, `whois_timeout` for one whole look-up, `name_timeout` for one name.
    """

    rdap_url: str = ""
    dns_server: str = ""
    whois_server: str = ""
    whois_timeout: float = 12.0
    name_timeout: float = 3.0
    name_parallel: int = 8
    cache_days: float = 7.0


def check(settings: Lookup) -> Lookup:
    """Return `settings` as they are; ValueError names the first key that cannot be used and what was expected."""
    _check_url(settings.rdap_url)
    for key, port in (("dns_server", DNS_PORT), ("whois_server", WHOIS_PORT)):
        text: str = getattr(settings, key)
        try:
            _ = server(text, port) if text else None
        except ValueError as error:
            raise ValueError(f"lookup.{key} {error}") from None
    for key, (low, high, unit) in RANGES.items():
        value = getattr(settings, key)
        if not low <= value <= high:
            raise ValueError(f"lookup.{key} is {value}: expected {low:g} to {high:g} ({unit})")
    return settings


def server(text: str, port: int) -> tuple[str, int]:
    """Return host and port of ``host``, ``host:port``, ``[v6]:port`` or a bare IPv6 address; `port` when none is given.

    ValueError: "is ...: expected ...", to be put behind the name of the setting.
    """
    if parse(text):
        return text, port
    match = _SERVER.match(text)
    number = int(match["port"] or port) if match else 0
    if match is None or not 0 < number < 65536 or (match["v6"] and not parse(match["v6"])):
        raise ValueError(f'is "{text}": expected host, host:port or [IPv6 address]:port')
    return match["v6"] or match["host"], number


def _check_url(url: str) -> None:
    if not url:
        return
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # an impossible port, an unclosed bracket
        good = False
    # urlsplit silently drops tabs and newlines, which a request line would not survive.
    if not good or "@" in parts.netloc or parts.query or parts.fragment or re.search(r"[^!-~]", url):
        raise ValueError(f'lookup.rdap_url is "{url}": expected a URL like https://rdap.example.net')
