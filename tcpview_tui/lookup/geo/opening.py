"""Which sources of places there are on this machine: the files of some folders, and an optional package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tcpview_tui.lookup.geo import registry
from tcpview_tui.lookup.geo.database import Database, DatabaseError
from tcpview_tui.lookup.geo.folders import databases
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tcpview_tui.lookup.geo.place import Place
    from tcpview_tui.model.address import Address


class Source(Protocol):
    """What tells places. `built`: seconds UTC, 0 if it does not say; `trouble`: a sentence once it broke."""

    name: str
    kind: str
    folder: str
    built: float
    tells: frozenset[str]
    trouble: str

    @property
    def is_estimate(self) -> bool:
        """True when its country is the publisher's estimate."""
        ...

    def place(self, address: Address) -> Place:
        """Return what it says of an address. Never raises."""
        ...


def opened(folders: Iterable[Path]) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Return what tells places, what counts most first, and sentences about the files that cannot be used.

    The earlier folder counts more, of one folder the newer file, and the optional package least. A file that can be
    reached in two ways is one.
    """
    sources: list[Source] = []
    problems: list[str] = []
    seen: set[Path] = set()
    for folder in folders:
        sources += sorted(_of_folder(folder, seen, problems), key=lambda each: -each.built)
    lists = registry.installed()
    return (*sources, *([lists] if lists else [])), tuple(problems)


def _of_folder(folder: Path, seen: set[Path], problems: list[str]) -> Iterator[Database]:
    try:
        files = {path: path.resolve() for path in databases(folder)}
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead round in circles, before Python 3.13
        reason = getattr(error, "strerror", None) or error
        problems.append(f"{safe(str(folder), 120)} is not looked into: {safe(str(reason), 120)}.")
        return
    for path, real in files.items():
        if real in seen:
            continue
        seen.add(real)
        try:
            yield Database(path)
        except DatabaseError as error:
            problems.append(f"{safe(path.name, 60)} is not used: {error}.")
