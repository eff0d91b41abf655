"""Which package a program belongs to, asked of every package database below the root of its process."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.sources.packages import apk, distroless, dpkg, rpm, rpmdb
from tcpview_tui.sources.packages.answers import NotOwned, Owner, Ownership, why
from tcpview_tui.sources.rooted import resolve

KEPT = 4_096
"""Answers remembered."""

ELSEWHERE = {
    "/snap/": "snap", "/var/lib/snapd/snap/": "snap", "/var/lib/flatpak/": "Flatpak", "/nix/store/": "Nix",
    "/gnu/store/": "Guix", "/home/linuxbrew/.linuxbrew/": "Homebrew",
}  # fmt: skip
"""Where package managers put programs whose databases are not read."""


class Database(NamedTuple):
    """A package database: who keeps it, what of it changes with every installation, and how to ask it."""

    manager: str
    places: tuple[str, ...]
    owner: Callable[[Path, str], Owner | None]


DATABASES = (
    Database("dpkg", (dpkg.INFO, dpkg.DIVERSIONS), dpkg.owner),
    Database("dpkg", (distroless.STATUS,), distroless.owner),
    Database("apk", apk.PLACES, apk.owner),
    Database("rpm", rpmdb.PLACES, rpm.owner),
)

Stamp = tuple[tuple[int, int, int, int] | None, ...]


class Packages:
    """Owners of programs by root and path, asked once as long as the databases stay the same. Not for two threads."""

    def __init__(self, own: Path = Path("/")) -> None:
        self._own = own
        self._known: dict[tuple[int, int, str], tuple[list[Stamp], Ownership]] = {}

    def owner(self, root: Path, executable: str) -> Ownership:
        """Return the package of the file at `executable` below `root`, ``/proc/PID/root``. Never raises.

        `executable` is a path as the kernel tells it, not as it is shown. A process with the root of this program is
        judged by what this program sees there, so that nobody mounts a database of his own over it.
        """
        try:
            status = root.stat()
            if os.path.samestat(status, self._own.stat()):
                root = self._own
            stamps = [_stamp(root, database) for database in DATABASES]
        except OSError as error:
            return Unread(f"The package databases cannot be read: {why(error)}.")
        name = status.st_dev, status.st_ino, executable
        before = self._known.get(name)
        if before is None or before[0] != stamps:
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[name] = before = stamps, _ask(root, executable, stamps)
        return before[1]


def _stamp(root: Path, database: Database) -> Stamp:
    return tuple(_changed(root, place) for place in database.places)


def _changed(root: Path, place: str) -> tuple[int, int, int, int] | None:
    with suppress(FileNotFoundError, NotADirectoryError):
        status = resolve(root, place).stat(follow_symlinks=False)
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
    return None


def _ask(root: Path, executable: str, stamps: list[Stamp]) -> Ownership:
    if manager := next((name for place, name in ELSEWHERE.items() if executable.startswith(place)), None):
        return Unread(f"It belongs to {manager}, whose packages this program does not read.")
    there = [database for database, stamp in zip(DATABASES, stamps, strict=True) if any(stamp)]
    if not there:
        return Unread("There is no package database that this program reads.")
    answers = [_answer(database, root, executable) for database in there]
    told = [answer for answer in answers if answer is not None]
    owners = [answer for answer in told if isinstance(answer, Owner)]
    return (owners or told or [NotOwned(tuple(dict.fromkeys(database.manager for database in there)))])[0]


def _answer(database: Database, root: Path, executable: str) -> Owner | Unread | None:
    try:
        return database.owner(root, executable)
    except (OSError, ValueError) as error:
        return Unread(f"The package database of {database.manager} cannot be read: {why(error)}.")
