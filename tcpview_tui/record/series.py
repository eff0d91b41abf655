"""The files that recorders write one after the other into a folder: which there are, and which are too old.

A file is of the series when it is a regular file of this user, named HOST-*.tcpview, that SQLite knows as a recording,
and its facts say that it was made by rotation, on this host, in this folder. Nothing else is ever touched.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.record.host import file_prefix, host_name
from tcpview_tui.record.opening import opened
from tcpview_tui.record.recording import RecordingError
from tcpview_tui.record.schema import APPLICATION_ID
from tcpview_tui.text import count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Part(NamedTuple):
    """A file of the series, its number, and the digest of its last seal."""

    number: int
    path: Path
    seal: str


class Series:
    """All that recorders of this host have rotated in one folder. One of them at a time can have it."""

    def __init__(self, folder: Path) -> None:
        """Raises RecordingError when another recorder has the folder, or it cannot be opened."""
        try:
            self.folder = folder.resolve()
        except OSError as error:  # the working directory has been removed
            raise RecordingError(f"{folder} cannot be opened: {error.strerror}") from error
        self._held = _hold(self.folder)
        self._user = os.geteuid() if hasattr(os, "geteuid") else 0  # Windows: st_uid is 0

    def parts(self, but: Path | None = None) -> list[Part]:
        """Return the files that are there, the oldest first, without the one that this program is writing."""
        paths = self.folder.glob(f"{file_prefix()}-*.tcpview")
        return sorted(part for path in paths if path != but and (part := self._part(path)) is not None)

    def facts(self, number: int, before: Part | None) -> Iterator[tuple[str, str]]:
        """Return what a file says of its place: the file that it continues, and its last seal. A missing one shows."""
        yield "series", str(self.folder)
        yield "part", str(number)
        if before is not None:
            yield "continues", before.path.name
            yield "continues_seal", before.seal

    def prune(self, keep: int, current: Path) -> Iterator[str]:
        """Remove all but the newest `keep` files, of which `current` is one; yield a sentence for each."""
        for part in self.parts(but=current)[: 1 - keep or None]:
            try:
                remove(part.path)
            except OSError as error:
                yield f"{part.path} could not be deleted: {error.strerror}."
            else:
                yield f"Deleted {part.path}: the newest {count(keep, 'file')} stay."

    def close(self) -> None:
        """Let another recorder have the folder."""
        if self._held is not None:
            os.close(self._held)

    def _part(self, path: Path) -> Part | None:
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode) or status.st_uid != self._user:
                return None
            facts, seal = content(path)
            if (facts["host"], facts["series"]) == (host_name(), str(self.folder)):
                return Part(int(facts["part"]), path, seal)
        except (OSError, sqlite3.Error, LookupError, TypeError, ValueError):
            pass  # it is of somebody else, or damaged: not ours to judge
        return None


def remove(path: Path) -> None:
    """Remove a recording, with what SQLite has left beside it when its recorder was killed. Raises OSError."""
    path.unlink()
    for ending in ("-wal", "-shm"):
        with suppress(OSError):
            path.with_name(path.name + ending).unlink()


def content(path: Path) -> tuple[dict[str, str], str]:
    """Return the facts of a recording and its last digest. Raises sqlite3.Error, ValueError or TypeError for others."""
    with closing(opened(path)) as file:
        if file.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
            raise ValueError("it is no recording")
        facts = dict(file.execute("SELECT name, value FROM fact"))
        (seal,) = file.execute("SELECT lower(hex(digest)) FROM seal ORDER BY id DESC LIMIT 1").fetchone()
        return facts, seal


def _hold(folder: Path) -> int | None:
    """Return a descriptor of the folder that keeps other recorders out of it (flock(2)): it ends with this program."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        held = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
    except OSError as error:
        raise RecordingError(f"{folder} cannot be opened: {error.strerror}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(held)
        raise RecordingError(f"another recorder rotates its files in {folder}; choose another folder") from error
    except OSError:
        pass  # a file system without locks
    return held
