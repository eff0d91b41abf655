"""The lists in a folder: what was read of each file, and whether that still holds."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.lookup.lists.entries import ListError
from tcpview_tui.lookup.lists.intake import ChangingError, Facts
from tcpview_tui.lookup.lists.reputation import NAME_LIMIT, Reputation, load
from tcpview_tui.text import count, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

MOST_FILES = 256
"""Files of a folder that are read; a look-up asks every one."""

MOST_TOLD = 3
"""Lists that are named when something is wrong with many."""

SETTLING = 5.0
"""Seconds for which a list that is being replaced must have been left alone: its writer may only be half-way."""

UNUSABLE = (OSError, ListError, MemoryError)
"""What `load` raises for a file, and `reason` has words for."""


class Kept(NamedTuple):
    """What is kept of a file. `facts` are of the content last looked at, `None` to look again; `problem` is a sentence.

    A file that cannot be read any more, or is no list any more, keeps the content it had.
    """

    facts: Facts | None
    list: Reputation | None
    problem: str = ""

    @property
    def is_unread(self) -> bool:
        """Whether it is not known what the file lists: it could not be read, and never was."""
        return self.facts is None and self.list is None


def unread(names: Iterable[str]) -> str:
    """Return why more may be listed than was found: the lists with these names could not be read; empty without any."""
    told = _few([safe(name, NAME_LIMIT) for name in names])
    return f"{told} could not be read" if told else ""


def bounded(problems: Sequence[str]) -> tuple[str, ...]:
    """Return the first of these sentences about files, and one about how many more there are."""
    more = len(problems) - MOST_TOLD
    if more <= 0:
        return tuple(problems)
    others = count(more, "other list")
    are = "is" if more == 1 else "are"
    return (*problems[:MOST_TOLD], f"{others} {are} not, or not wholly, used: tcpview-tui lists check FILE says why.")


def _few(names: Sequence[str]) -> str:
    more = len(names) - MOST_TOLD
    return ", ".join(names[:MOST_TOLD]) + (f" and {count(more, 'other list')}" if more > 0 else "")


def listed(folder: Path) -> tuple[list[Path], str]:
    """Return the files of a folder by name, and a sentence when they are too many. Raises OSError.

    What begins with a dot is left out, and so are folders. A folder that is not there has no lists.
    """
    try:
        with os.scandir(folder) as entries:
            names = sorted(each.name for each in entries if not each.name.startswith(".") and not _is_folder(each))
    except FileNotFoundError:
        return [], ""
    more = len(names) - MOST_FILES
    problem = f"{count(more, 'reputation list')} not read: a folder may have {MOST_FILES}." if more > 0 else ""
    return [folder / name for name in names[:MOST_FILES]], problem


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself, say: `reread` tells what is wrong with it
        return False


def reread(path: Path, kept: Kept | None, now: float, rest: Callable[[], None]) -> Kept:
    """Return what is to be kept of a file, `kept` itself when that still holds. `now` is in seconds UTC."""
    name, old = safe(path.name, NAME_LIMIT), kept.list if kept else None
    try:
        status = path.stat()
        facts: Facts | None = Facts.of(status)
        if kept and (facts == kept.facts or (old and 0 <= now - status.st_mtime < SETTLING)):
            return kept
        new = load(path, rest)
    except UNUSABLE as error:
        still = " What it held before still counts." if old else ""
        problem = f"{name} is not used: {reason(error)}.{still}"
        final = isinstance(error, ListError) and not isinstance(error, ChangingError)
        return Kept(facts if final else None, old, problem)
    return Kept(new.facts, new, _complaint(new))


def _complaint(of: Reputation) -> str:
    if not of.entries.broken:
        return ""
    first, lines = of.entries.first_broken[0], count(of.entries.broken, "line")
    return f"{of.name}: {lines} not understood, the first is line {first.number:,}: “{first.text}”."


def reason(error: BaseException) -> str:
    """Return why a file cannot be used, as the end of a sentence about it; the text is safe."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    if isinstance(error, OSError):
        return f"it cannot be read ({safe(error.strerror or str(error), NAME_LIMIT)})"
    return str(error)
