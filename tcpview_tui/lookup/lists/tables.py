"""Millions of keys in little memory, found in microseconds, and nothing to sort before the first one is found."""

from __future__ import annotations

import struct
from collections import defaultdict
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BUCKETS = 1 << 14
"""So many stretches of bytes: at a million keys some 60 in each, which `bytearray.find` passes in a microsecond."""

MOST = 4_000_000
"""Keys of one table, some 50 bytes of memory each with their text: a list has that many, or is refused."""

_PLACE = struct.Struct(">HII")


class Place(NamedTuple):
    """Where a key was found: the port it is limited to (0: any), its line, and where its text begins."""

    port: int
    line: int
    text: int


class Table:
    """Keys of `width` bytes, each any number of times, with the place of each.

    Sorting a million keys would hold the interpreter lock for a good part of a second, while nobody's key is answered;
    a bucket takes a key as it comes. Python's hash of bytes is seeded (PYTHONHASHSEED): nobody can write a list whose
    keys all fall into one.
    """

    def __init__(self, width: int) -> None:
        self._width, self._record = width, struct.Struct(f">{width}s{_PLACE.format[1:]}")
        self._buckets: defaultdict[int, bytearray] = defaultdict(bytearray)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, key: bytes, port: int, line: int, text: int) -> None:
        """Take a key of `width` bytes and its place. OverflowError when there is no room for it."""
        self._count_up(1)
        self._buckets[hash(key) % _BUCKETS] += self._record.pack(key, port, line, text)

    def extend(self, keys: Sequence[bytes], lines: Iterable[int], texts: Iterable[int]) -> None:
        """Take many keys for any port, each with its line and where its text begins. OverflowError as with `add`."""
        self._count_up(len(keys))
        buckets, records = self._buckets, map(self._record.pack, keys, repeat(0), lines, texts)
        for key, record in zip(keys, records, strict=False):
            buckets[hash(key) % _BUCKETS] += record

    def _count_up(self, keys: int) -> None:
        self._count += keys
        if self._count > MOST:
            raise OverflowError(MOST)

    def find(self, key: bytes) -> Iterable[Place]:
        """Return the places of a key, in the order they were added."""
        bucket = self._buckets.get(hash(key) % _BUCKETS)
        return self._places(bucket, key) if bucket and key in bucket else ()

    def _places(self, bucket: bytearray, key: bytes) -> Iterator[Place]:
        at, size = bucket.find(key), self._record.size
        while at >= 0:
            if at % size:  # these bytes stand across two records, or at the end of one
                at = bucket.find(key, at + 1)
                continue
            yield Place(*_PLACE.unpack_from(bucket, at + self._width))
            at = bucket.find(key, at + size)
