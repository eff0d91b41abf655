"""The header of an rpm package, as its database keeps it (rpm, docs/manual/format_header.md).

Two numbers, how many entries and how many bytes of data, then 16 bytes an entry, then the data; all big-endian.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

NAME, VERSION, RELEASE, EPOCH, INSTALLTIME = 1000, 1001, 1002, 1003, 1008
FILEDIGESTS, DIRINDEXES, BASENAMES, DIRNAMES, FILEDIGESTALGO = 1035, 1116, 1117, 1118, 5011
"""Tags: rpm/rpmtag.h."""

_INT32, _STRING, _STRING_ARRAY = 4, 6, 8
"""Types: rpmTagType (rpm/rpmtag.h)."""

_INTRO = struct.Struct(">II")
_ENTRY = struct.Struct(">IIII")


class Header(NamedTuple):
    """Its entries by tag, each type, offset and count; and the data they point into."""

    entries: dict[int, tuple[int, int, int]]
    data: bytes

    def strings(self, tag: int) -> list[bytes]:
        """Return the texts of an entry, none if there is no such one; raises ValueError if some are missing."""
        kind, offset, count = self.entries.get(tag, (_STRING_ARRAY, 0, 0))
        if kind not in {_STRING, _STRING_ARRAY}:
            raise ValueError("a header in it is damaged")
        texts = self.data[offset:].split(b"\0", min(count, len(self.data)))[:-1] if count else []
        if len(texts) < count:
            raise ValueError("a header in it is damaged")
        return texts[:count]

    def numbers(self, tag: int) -> tuple[int, ...]:
        """Return the numbers of an entry, none if there is no such one; raises ValueError if some are missing."""
        kind, offset, count = self.entries.get(tag, (_INT32, 0, 0))
        if kind != _INT32 or offset + 4 * count > len(self.data):
            raise ValueError("a header in it is damaged")
        return struct.unpack_from(f">{count}I", self.data, offset)


def parse(blob: bytes) -> Header:
    """Return what a header has; raises ValueError where it is cut off."""
    if len(blob) < _INTRO.size:
        raise ValueError("a header in it is cut off")
    count, size = _INTRO.unpack_from(blob)
    begin = _INTRO.size + _ENTRY.size * count
    if begin + size > len(blob):
        raise ValueError("a header in it is cut off")
    entries = _ENTRY.iter_unpack(blob[_INTRO.size : begin])
    return Header({tag: (kind, offset, many) for tag, kind, offset, many in entries}, blob[begin : begin + size])
