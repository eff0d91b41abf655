"""What rpm knows of a file: the headers of the packages of Fedora, RHEL and SUSE."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcpview_tui.sources.packages import header
from tcpview_tui.sources.packages.answers import Checksum, Owner, checksum
from tcpview_tui.sources.packages.names import names
from tcpview_tui.sources.packages.rpmdb import LARGEST, database, place
from tcpview_tui.text import safe_bytes

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tcpview_tui.sources.packages.header import Header

_ALGORITHMS = {1: "md5", 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512", 11: "sha224", 12: "sha3_256"}
"""Numbers of RFC 9580, 9.5; without one it is MD5 (rpm, docs/manual/tags.md)."""


def owner(root: Path, executable: str) -> Owner | None:
    """Return the package that lists `executable`, if one does; raises OSError and ValueError."""
    listed = {os.fsencode(name) for name in names(root, executable)}
    with database(place(root)) as connection:
        for found, index in _named(connection, os.fsencode(executable).rpartition(b"/")[2]):
            if _path(found, index) in listed:
                installed = next(iter(found.numbers(header.INSTALLTIME)), None)
                return Owner(_text(found, header.NAME), "rpm", _version(found), _checksum(found, index), installed)
    return None


def _named(connection: sqlite3.Connection, base: bytes) -> Iterator[tuple[Header, int]]:
    """Yield the header of each package that has a file of this name, and which of its files that is."""
    read = 0
    query = "SELECT blob, idx FROM Basenames JOIN Packages USING (hnum) WHERE key = CAST(? AS TEXT)"
    for blob, index in connection.execute(query, (base,)):
        if not (isinstance(blob, bytes) and isinstance(index, int)):
            raise ValueError("a header in it is damaged")
        read += len(blob)
        if read > LARGEST:
            raise ValueError("too many packages in it have a file of this name")
        yield header.parse(blob), index


def _path(found: Header, index: int) -> bytes:
    bases, folders = found.strings(header.BASENAMES), found.strings(header.DIRNAMES)
    places = found.numbers(header.DIRINDEXES)
    if not (0 <= index < min(len(bases), len(places)) and places[index] < len(folders)):
        raise ValueError("a header in it is damaged")
    return folders[places[index]] + bases[index]


def _checksum(found: Header, index: int) -> Checksum | None:
    digests = found.strings(header.FILEDIGESTS)
    algorithm = _ALGORITHMS.get(next(iter(found.numbers(header.FILEDIGESTALGO)), 1))
    if algorithm is None or index >= len(digests):
        return None
    return checksum(algorithm, digests[index].decode("ascii", "replace").lower())


def _version(found: Header) -> str:
    epoch = "".join(f"{number}:" for number in found.numbers(header.EPOCH)[:1])
    return f"{epoch}{_text(found, header.VERSION)}-{_text(found, header.RELEASE)}"


def _text(found: Header, tag: int) -> str:
    return safe_bytes(next(iter(found.strings(tag)), b"?"), 255)
