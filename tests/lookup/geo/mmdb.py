"""A writer of MaxMind DB files, as the specification of the format, version 2.0, describes them."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Node = list["Node | int | None"]
"""A fork of the tree: on either side another fork, an offset into the data, or nothing."""

MARKER = b"\xab\xcd\xefMaxMind.com"
SEPARATOR = bytes(16)


@dataclass(frozen=True)
class Raw:
    """Bytes that go into the data as they are."""

    data: bytes


@dataclass(frozen=True)
class Pointer:
    """A pointer to an offset in the data section, made of four bytes."""

    target: int


def head(kind: int, size: int) -> bytes:
    """Return the control byte of a value and what follows it: the extended type, and more of the size."""
    short = size if size < 29 else 29 if size < 285 else 30 if size < 65821 else 31
    more = size - {29: 29, 30: 285, 31: 65821}.get(short, size)
    extended = bytes([kind - 7]) if kind > 7 else b""
    return bytes([(kind if kind < 8 else 0) << 5 | short]) + extended + more.to_bytes(max(short - 28, 0), "big")


def unsigned(kind: int, value: int) -> Raw:
    """Return a number of type uint16 (5), uint32 (6), uint64 (9) or uint128 (10)."""
    size = (value.bit_length() + 7) // 8
    return Raw(head(kind, size) + value.to_bytes(size, "big"))


def encoded(value: Any) -> bytes:
    """Return a value as the data section holds it."""
    match value:
        case Raw():
            return value.data
        case Pointer():
            return bytes([0b00111000]) + value.target.to_bytes(4, "big")
        case bool():
            return head(14, int(value))
        case int():
            return unsigned(6 if value < 2**32 else 9, value).data
        case float():
            return head(3, 8) + struct.pack("!d", value)
        case str():
            raw = value.encode("utf-8", "surrogateescape")
            return head(2, len(raw)) + raw
        case Mapping():
            return head(7, len(value)) + b"".join(encoded(part) for pair in value.items() for part in pair)
        case list():
            return head(11, len(value)) + b"".join(map(encoded, value))
    raise TypeError(f"no such type in an MMDB: {value!r}")


def _insert(root: Node, bits: str, offset: int) -> None:
    node = root
    for bit in bits[:-1]:
        inner = node[int(bit)]
        if not isinstance(inner, list):
            node[int(bit)] = inner = [inner, inner]
        node = inner
    node[int(bits[-1])] = offset


def _bits(network: str, version: int) -> str:
    parsed = ipaddress.ip_network(network)
    bits = f"{int(parsed.network_address):0{parsed.max_prefixlen}b}"[: parsed.prefixlen]
    return "0" * 96 + bits if version == 6 and parsed.version == 4 else bits


def _numbered(root: Node) -> list[Node]:
    nodes = [root]
    for node in nodes:
        nodes += [side for side in node if isinstance(side, list)]
    return nodes


def _tree(root: Node, record_size: int) -> tuple[bytes, int]:
    nodes = _numbered(root)
    number = {id(node): place for place, node in enumerate(nodes)}
    total = len(nodes)

    def record(side: Node | int | None) -> int:
        if side is None:
            return total
        return number[id(side)] if isinstance(side, list) else total + 16 + side

    written = bytearray()
    for left, right in ((record(node[0]), record(node[1])) for node in nodes):
        if record_size == 28:
            middle = left >> 24 << 4 | right >> 24
            written += (left & 0xFFFFFF).to_bytes(3, "big") + bytes([middle]) + (right & 0xFFFFFF).to_bytes(3, "big")
        else:
            written += left.to_bytes(record_size // 8, "big") + right.to_bytes(record_size // 8, "big")
    return bytes(written), total


def mmdb(
    records: Mapping[str, Any], kind: str = "Test", built: int = 0, size: int = 28, version: int = 6, **meta: Any
) -> bytes:
    """Return a database with a record for each network, the narrower over the wider; `meta` replaces metadata.

    Records that are equal are written once. `built` is the time of the build in seconds UTC, `size` the bits of a
    record in the tree.
    """
    root: Node = [None, None]
    data, offsets = bytearray(), dict[bytes, int]()
    for network in sorted(records, key=lambda text: ipaddress.ip_network(text).prefixlen):
        raw = encoded(records[network])
        if raw not in offsets:
            offsets[raw] = len(data)
            data += raw
        _insert(root, _bits(network, version), offsets[raw])
    tree, count = _tree(root, size)
    metadata = {
        "binary_format_major_version": unsigned(5, 2),
        "binary_format_minor_version": unsigned(5, 0),
        "build_epoch": unsigned(9, built),
        "database_type": kind,
        "description": {"en": kind},
        "ip_version": unsigned(5, version),
        "languages": ["en"],
        "node_count": count,
        "record_size": unsigned(5, size),
        **meta,
    }
    return tree + SEPARATOR + bytes(data) + MARKER + encoded(metadata)
