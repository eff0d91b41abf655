"""The build id of a program: what its linker wrote into it, so that each build has one of its own (ld(1), --build-id).

Who copies a program copies that along, whatever is appended or changed elsewhere.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

_NOTE, _BUILD_ID = 4, 3
"""PT_NOTE and NT_GNU_BUILD_ID (elf(5))."""

_MOST = 128
"""Segments that are looked at; programs have some 15."""

_LARGEST = 65_536
"""Bytes that are read of a segment of notes; programs have some 100."""

_NAMES = struct.Struct("=III")


class _Layout(NamedTuple):
    """What of the header and of a segment counts: offset, size and number of segments; type, offset, size, alignment.

    In the order of bytes of this machine: it runs no other programs.
    """

    header: struct.Struct
    segment: struct.Struct


_LAYOUTS = {
    1: _Layout(struct.Struct("=28xI10xHH"), struct.Struct("=II8xI8xI")),
    2: _Layout(struct.Struct("=32xQ14xHH"), struct.Struct("=I4xQ16xQ8xQ")),
}
"""By EI_CLASS, 32 bits and 64 (elf(5))."""


def build_id(path: str) -> bytes | None:
    """Return the build id of the program at a path; `None` of what has none or is no program. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        start = os.pread(handle, 64, 0)
        layout = _LAYOUTS.get(start[4]) if len(start) == 64 and start.startswith(b"\x7fELF") else None
        return next(_ids(handle, layout, start), None) if layout else None
    finally:
        os.close(handle)


def _ids(handle: int, layout: _Layout, start: bytes) -> Iterator[bytes]:
    offset, size, number = layout.header.unpack_from(start)
    if size != layout.segment.size:
        return
    table = _read(handle, size * min(number, _MOST), offset)
    for kind, place, length, align in layout.segment.iter_unpack(table[: len(table) // size * size]):
        if kind == _NOTE:
            yield from _noted(_read(handle, min(length, _LARGEST), place), 8 if align == 8 else 4)


def _noted(notes: bytes, align: int) -> Iterator[bytes]:
    """Yield the build ids among notes: each has two lengths, a type, a name and its content, both padded."""
    at = 0
    while at + _NAMES.size <= len(notes):
        name, length, kind = _NAMES.unpack_from(notes, at)
        begin = at + _padded(_NAMES.size + name, align)
        if kind == _BUILD_ID and notes[at + _NAMES.size :].startswith(b"GNU\0") and 0 < length <= len(notes) - begin:
            yield notes[begin : begin + length]
        at = begin + _padded(length, align)


def _padded(length: int, align: int) -> int:
    return -(-length // align) * align


def _read(handle: int, length: int, offset: int) -> bytes:
    """Read of a file; nothing where it tells of a place that no file has."""
    return os.pread(handle, length, offset) if offset < 1 << 48 else b""
