"""Lines that are all of one simple form, as those of the longest lists are: many at a time take half of the time."""

from __future__ import annotations

import struct
from itertools import repeat
from socket import AF_INET, AF_INET6, inet_pton
from typing import TYPE_CHECKING

from tcpview_tui.lookup.lists.networks import MAPPED, key, masked

if TYPE_CHECKING:
    from collections.abc import Sequence

DIGITS = 64
"""Hexadecimal digits of a SHA-256."""

_LENGTHS = {str(bits): bits for bits in range(129)}
_MASKS = tuple((1 << 32) - (1 << 32 - bits) for bits in range(33))
_KEY = struct.Struct(">IB")
"""A network of IPv4 as `networks.key` makes it."""


def networks(lines: Sequence[str]) -> list[bytes] | None:
    """Return the key of each line, when each is an address or network and nothing else, all of one version.

    Otherwise, and when one stands for another of the other version, it is `None`.
    """
    is_ipv6 = ":" in lines[0]
    family, single = (AF_INET6, 128) if is_ipv6 else (AF_INET, 32)
    try:
        if "/" not in "".join(lines):
            lengths = [single] * len(lines)
            addresses = list(map(inet_pton, repeat(family), lines))
        else:
            parts = "/".join([line if "/" in line else f"{line}/{single}" for line in lines]).split("/")
            lengths = [_LENGTHS[length] for length in parts[1::2]]
            addresses = list(map(inet_pton, repeat(family), parts[::2]))
    except (OSError, ValueError, KeyError):
        return None
    if len(addresses) != len(lines) or len(lengths) != len(lines) or max(lengths) > single:
        return None
    return _keys_of_ipv6(addresses, lengths) if is_ipv6 else _keys_of_ipv4(addresses, lengths)


def _keys_of_ipv4(addresses: Sequence[bytes], lengths: Sequence[int]) -> list[bytes]:
    numbers = struct.unpack(f">{len(addresses)}I", b"".join(addresses))
    return [_KEY.pack(number & _MASKS[length], length) for number, length in zip(numbers, lengths, strict=True)]


def _keys_of_ipv6(addresses: Sequence[bytes], lengths: Sequence[int]) -> list[bytes] | None:
    if any(address.startswith(MAPPED) for address in addresses):
        return None
    return [key(masked(address, length), length) for address, length in zip(addresses, lengths, strict=True)]


def digests(lines: Sequence[str]) -> tuple[list[bytes], list[str]] | None:
    """Return the 32 bytes and the remark of each line, when each is as sha256sum(1) writes it, else `None`."""
    try:
        raw = bytes.fromhex("".join([line[:DIGITS] for line in lines]))
    except ValueError:
        return None
    behind = [line[DIGITS:] for line in lines]
    touching = "".join([rest[:1] for rest in behind]).strip()
    if touching or len(raw) != 32 * len(lines):  # `fromhex` passes over blanks: then there are fewer bytes
        return None
    remarks = [rest.strip().removeprefix("*") for rest in behind]
    return [raw[at : at + 32] for at in range(0, len(raw), 32)], remarks
