"""Addresses, networks and ranges as bytes, and which of them can be looked for at all."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_pton
from typing import TYPE_CHECKING

from tcpview_tui.lookup.addresses import classify, meant

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from tcpview_tui.model.address import Address

Network = tuple[bytes, int]
"""The first address, packed (4 or 16 bytes, network order), and the length of the prefix in bits."""

_LENGTHS = {str(bits): bits for bits in range(129)}

MAPPED = bytes(10) + b"\xff\xff"
"""::ffff:0:0/96, IPv4-mapped addresses (RFC 4291 section 2.5.5.2)."""

_SPECIAL_OCTETS = frozenset({0, 10, 127, *range(224, 256)})
_SPECIAL_TWO = frozenset(
    {(100, each) for each in range(64, 128)}
    | {(172, each) for each in range(16, 32)}
    | {(169, 254), (192, 168), (198, 18), (198, 19)}
)
_PARTLY_SPECIAL_TWO = frozenset({(192, 0), (192, 88), (198, 51), (203, 0)})
_GLOBAL = range(0x20, 0x40)
"""The first bytes of global unicast addresses, 2000::/3 (RFC 4291 section 2.4)."""

_SPECIAL_GLOBAL = frozenset({(0x20, 0x01), (0x20, 0x02), (0x3F, 0xFF)})


_PARTLY, _WHOLLY = 1, 2


def _flags(octets: Container[int], pairs: Container[tuple[int, int]], flag: int) -> bytes:
    """Return `flag` for the first two bytes of an address that are among these, and 0 for any other two."""
    every = range(256)
    return bytes(flag * (one in octets or (one, two) in pairs) for one in every for two in every)


_FIRST_TWO = {
    4: bytes(map(max, _flags(_SPECIAL_OCTETS, _SPECIAL_TWO, _WHOLLY), _flags((), _PARTLY_SPECIAL_TWO, _PARTLY))),
    16: _flags(frozenset(range(256)).difference(_GLOBAL), _SPECIAL_GLOBAL, _PARTLY),
}
"""Those flags by the length of a packed address: whether what begins so is special; most needs no closer look."""


_2001 = b"\x20\x01"
_SPECIAL_IN_2001 = (b"\x20\x01\x00", b"\x20\x01\x01", b"\x20\x01\x0d\xb8")
"""2001::/23 and 2001:db8::/32: a third of all addresses that are used begin with 2001, and hardly one with these."""


def networks(text: str) -> tuple[Network, ...]:
    """Return the networks that ``1.2.3.4``, ``1.2.3.0/24`` or ``1.2.3.4-1.2.3.9`` stands for, also of IPv6.

    Bits behind the prefix are cleared; IPv4-mapped ones come as IPv4. Raises ValueError when `text` is nothing of this.
    """
    if "-" in text:
        return _range(*(ipaddress.ip_address(_packed(end.strip())) for end in text.split("-", 1)))
    address, slash, length = text.partition("/")
    packed = _packed(address)
    if not slash:
        return ((packed, 8 * len(packed)),)
    prefix = _LENGTHS.get(length, -1) - (96 if len(packed) == 4 and ":" in address else 0)
    if not 0 <= prefix <= 8 * len(packed):
        raise ValueError("this is not the length of a prefix")
    return ((masked(packed, prefix), prefix),)


def _range(first: Address, last: Address) -> tuple[Network, ...]:
    if first.version != last.version:
        raise ValueError("one end is IPv4 and the other IPv6")
    between = ipaddress.summarize_address_range(first, last)
    return tuple((each.network_address.packed, each.prefixlen) for each in between)


def _packed(text: str) -> bytes:
    try:
        if ":" not in text:
            return inet_pton(AF_INET, text)
        packed = inet_pton(AF_INET6, text)
    except OSError as error:
        raise ValueError("this is not an IP address") from error
    return packed[12:] if packed.startswith(MAPPED) else packed


def key(packed: bytes, prefix: int) -> bytes:
    """Return what a network is kept and found by: its first address, and the length of its prefix as a byte."""
    return packed + bytes((prefix,))


def keys_around(packed: bytes, prefixes: Iterable[int]) -> list[bytes]:
    """Return the `key` of the network of each of these lengths in which an address lies."""
    number, size = int.from_bytes(packed, "big"), len(packed)
    behind = ((8 * size - prefix, prefix) for prefix in prefixes)
    return [((number >> bits << bits) << 8 | prefix).to_bytes(size + 1, "big") for bits, prefix in behind]


def masked(packed: bytes, prefix: int) -> bytes:
    """Return an address without the bits behind the prefix."""
    size = len(packed)
    behind = 8 * size - prefix
    return (int.from_bytes(packed, "big") >> behind << behind).to_bytes(size, "big")


@lru_cache(maxsize=4096)
def sought(text: str) -> bytes | None:
    """Return an address as it is looked for, or `None` when it is none, or private, reserved or of special purpose.

    One that stands for an IPv4 address behind a translator or a tunnel is looked for as that: a machine with IPv6 alone
    reaches all of IPv4 through NAT64.
    """
    address = meant(text)
    return None if address is None else address.packed


def is_special(packed: bytes, prefix: int) -> bool:
    """True when no address of a network is ever looked for, see `sought`.

    Both ends tell, for a prefix of three bits or more: no network of that size begins and ends in special-purpose ones
    and has others in between. Wider ones are not looked at: they are kept, and match what they may.
    """
    flag = _FIRST_TWO[len(packed)][packed[0] << 8 | packed[1]]
    if not flag or (flag == _WHOLLY and prefix >= 16):
        return bool(flag)
    if packed.startswith(_2001) and not packed.startswith(_SPECIAL_IN_2001):
        return False
    return prefix > 2 and all(map(classify, _ends(packed, prefix)))


def are_special(keys: Sequence[bytes]) -> list[bool]:
    """Return for the `key` of each network, all of one version, whether it `is_special`."""
    flags = _FIRST_TWO[len(keys[0]) - 1]
    return [flags[each[0] << 8 | each[1]] > 0 and is_special(each[:-1], each[-1]) for each in keys]


def _ends(packed: bytes, prefix: int) -> set[str]:
    last = int.from_bytes(packed, "big") | (1 << 8 * len(packed) - prefix) - 1
    return {str(ipaddress.ip_address(end)) for end in (packed, last.to_bytes(len(packed), "big"))}
