"""What dpkg knows of a file: the lists of Debian, Ubuntu and their kin (dpkg-query(1), deb-md5sums(5)).

The lists of all packages are searched for one line, some 10 ms for 700 of them; nothing of them is kept.
"""

from __future__ import annotations

import operator
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from tcpview_tui.sources.packages.answers import Checksum, Owner
from tcpview_tui.sources.packages.names import names
from tcpview_tui.sources.rooted import content, folder, resolve
from tcpview_tui.text import safe_bytes

if TYPE_CHECKING:
    from pathlib import Path

INFO = "var/lib/dpkg/info"
DIVERSIONS = "var/lib/dpkg/diversions"
STATUS = "var/lib/dpkg/status"

LARGEST = 32 << 20
"""Bytes of one file that are read: the list of a kernel's headers has 2 MB, the status of 5,000 packages 8 MB."""

MOST = 256 << 20
"""Bytes of lists that are read for one question, each list counted with a page more: 65,000 empty ones are too many."""

_PAGE = 4_096

_DIVERSION = re.compile(rb"(.+)\n(.+)\n(.+)\n")

Search = tuple[tuple[str, ...], Callable[[bytes], bool]]


def owner(root: Path, executable: str) -> Owner | None:
    """Return the package that lists `executable`, if one does; raises OSError and ValueError."""
    listed, admits = _sought(root, executable)
    lines = [b"\n%b\n" % os.fsencode(name) for name in listed if "\n" not in name]
    with folder(resolve(root, INFO)) as info:
        for package, list_ in _lists(info):
            if admits(package.split(b":")[0]) and any(line in list_ for line in lines):
                return _owner(root, info, package, listed)
    return None


def _owner(root: Path, info: int, package: bytes, listed: tuple[str, ...]) -> Owner:
    written = os.stat(package + b".list", dir_fd=info, follow_symlinks=False).st_mtime  # by each installation anew
    return Owner(safe_bytes(package, 255), "dpkg", _version(root, package), _checksum(info, package, listed), written)


def _lists(info: int) -> Iterator[tuple[bytes, bytes]]:
    read = 0
    with os.scandir(info) as files:
        for file in files:
            if file.name.endswith(".list"):
                list_ = content(file.name, LARGEST, info)
                read += len(list_) + _PAGE
                if read > MOST:
                    raise ValueError(f"its lists have more than {MOST >> 20} MB")
                yield os.fsencode(file.name.removesuffix(".list")), b"\n%b\n" % list_


def _sought(root: Path, executable: str) -> Search:
    """Return under which names to look, and of which packages: a diverted file is listed where it would have been."""
    sought = names(root, executable)
    for original, moved, by in _diversions(root):
        if moved in sought:
            return names(root, original), partial(operator.ne, by)
        if original in sought:
            return sought, partial(operator.eq, by)
    return sought, lambda _: True


def _diversions(root: Path) -> Iterator[tuple[str, str, bytes]]:
    """Yield from where, to where, and for which package (dpkg-divert(1)); a local diversion is for none, ``:``."""
    try:
        told = content(resolve(root, DIVERSIONS), LARGEST)
    except FileNotFoundError:
        return
    for original, moved, by in _DIVERSION.findall(told):
        yield os.fsdecode(original), os.fsdecode(moved), by


def _checksum(info: int, package: bytes, listed: tuple[str, ...]) -> Checksum | None:
    try:
        sums = content(os.fsdecode(package) + ".md5sums", LARGEST, info)
    except FileNotFoundError:
        return None
    return checksum(sums, listed)


def checksum(sums: bytes, listed: tuple[str, ...]) -> Checksum | None:
    """Return what a list of MD5 sums (deb-md5sums(5)) tells of the first of the names that it has."""
    for name in listed:
        line = rb"^([0-9a-f]{32}) [ *](?:\./)?%b$" % re.escape(os.fsencode(name[1:]))
        if found := re.search(line, sums, re.MULTILINE):
            return Checksum("md5", found[1].decode())
    return None


def _version(root: Path, package: bytes) -> str | None:
    try:
        status = content(resolve(root, STATUS), LARGEST)
    except (OSError, ValueError):  # who owns it is known without
        return None
    name, _, architecture = package.partition(b":")
    begin = b"\n%b" % status
    at = begin.find(b"\nPackage: %b\n" % name)
    while at >= 0:
        stanza = begin[at : begin.find(b"\n\n", at) % (len(begin) + 1)]
        if not architecture or b"\nArchitecture: %b\n" % architecture in stanza:
            return version(stanza)
        at = begin.find(b"\nPackage: %b\n" % name, at + 1)
    return None


def version(stanza: bytes) -> str | None:
    """Return the version that the paragraph of one package tells (deb-control(5))."""
    found = re.search(rb"^Version: (.+)$", stanza, re.MULTILINE)
    return safe_bytes(found[1], 255) if found else None
