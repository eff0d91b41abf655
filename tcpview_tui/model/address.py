"""Addresses as values: parsed once, ordered by number, and told apart by where they lead."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_CACHE_SIZE = 131_072
"""More than the 100,000 endpoints the program is built for; an entry is about 300 bytes."""


@lru_cache(maxsize=_CACHE_SIZE)
def parse(text: str) -> Address | None:
    """Return `text` as an address, an IPv4-mapped one (RFC 4291 section 2.5.5.2) as IPv4; `None` if it is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=_CACHE_SIZE)
def order(text: str) -> tuple[int, int, str]:
    """Return a key that sorts addresses by family and number: 9.9.9.9 before 10.0.0.1; other text comes last."""
    address = parse(text)
    return (9, 0, text) if address is None else (address.version, int(address), "")


def canonical(text: str) -> str:
    """Return the one spelling of an address that the program shows (RFC 5952; mapped IPv4 as IPv4)."""
    address = parse(text)
    return text if address is None else str(address)


def is_loopback(text: str) -> bool:
    """True for 127.0.0.0/8 (RFC 1122) and ::1 (RFC 4291), as `canonical` spells them."""
    return text.startswith("127.") or text == "::1"
