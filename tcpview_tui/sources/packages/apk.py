"""What apk knows of a file: the database of Alpine and its kin, one text file (apk-tools, doc/apk-package.5.scd).

A paragraph a package: ``P:`` name, ``V:`` version, then ``F:`` a directory, ``R:`` a file in it, ``Z:`` its checksum.
"""

from __future__ import annotations

import binascii
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from tcpview_tui.sources.packages.answers import Checksum, Owner, checksum
from tcpview_tui.sources.packages.names import names
from tcpview_tui.sources.rooted import content, resolve
from tcpview_tui.text import safe_bytes

if TYPE_CHECKING:
    from pathlib import Path

PLACES = ("lib/apk/db/installed", "usr/lib/apk/db/installed")
"""Where it is: the second since version 3 and a merged ``/usr``."""

LARGEST = 64 << 20
"""Bytes that are read: 1,000 packages have some 5 MB."""

_ALGORITHMS = {b"Q1": "sha1", b"Q2": "sha256"}


def owner(root: Path, executable: str) -> Owner | None:
    """Return the package that lists `executable`, if one does; raises OSError and ValueError."""
    installed = b"\n%b\n\n" % _installed(root)
    for name in names(root, executable):
        folder, _, file = os.fsencode(name[1:]).rpartition(b"/")
        if b"\n" not in name.encode(errors="surrogateescape"):
            for begin, end in _found(installed, folder, file):
                return _owner(installed[installed.rfind(b"\n\n", 0, begin) + 1 : begin], installed[begin:end])
    return None


def _installed(root: Path) -> bytes:
    for place in PLACES:
        with suppress(FileNotFoundError):
            return content(resolve(root, place), LARGEST)
    raise FileNotFoundError("it is gone")


def _found(installed: bytes, folder: bytes, file: bytes) -> Iterator[tuple[int, int]]:
    """Yield from where to where the lines of a file lie, once for each package that has it."""
    line, entry = b"\nF:%b\n" % folder, b"\nR:%b\n" % file
    at = installed.find(line)
    while at >= 0:
        start = at + len(line) - 1
        ends = (installed.find(mark, start) for mark in (b"\nF:", b"\n\n"))
        end = min(place for place in ends if place >= 0)
        begin = installed.find(entry, start, end + 1)
        if begin >= 0:
            following = installed.find(b"\nR:", begin + 1, end)
            yield begin, following if following >= 0 else end
        at = installed.find(line, start)


def _owner(paragraph: bytes, lines: bytes) -> Owner | None:
    name, version = (re.search(rb"^%b:(.+)$" % letter, paragraph, re.MULTILINE) for letter in (b"P", b"V"))
    if name is None:
        raise ValueError("a package in it has no name")
    return Owner(safe_bytes(name[1], 255), "apk", safe_bytes(version[1], 255) if version else None, _checksum(lines))


def _checksum(lines: bytes) -> Checksum | None:
    found = re.search(rb"^Z:(Q[12])(.+)$", lines, re.MULTILINE)
    if found is None:
        return None
    with suppress(binascii.Error):
        return checksum(_ALGORITHMS[found[1]], binascii.a2b_base64(found[2]).hex())
    return None
