"""Which sources of places there are on this machine: the files of some folders, and an optional package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tcpview_tui.lookup.geo import registry
from tcpview_tui.lookup.geo.database import Database, DatabaseError
from tcpview_tui.lookup.geo.folders import databases
from tcpview_tui.lookup.geo.registry import Registry
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tcpview_tui.lookup.geo.place import Place
    from tcpview_tui.model.address import Address


_STILL = " What it told before still counts."


class Source(Protocol):
    """What tells places. `built`: seconds UTC, 0 if it does not say; `trouble`: a sentence once it broke.

    `is_estimate`: its country is where its publisher thinks that an address is used.
    """

    name: str
    kind: str
    folder: str
    built: float
    tells: frozenset[str]
    is_estimate: bool
    trouble: str

    def place(self, address: Address) -> Place:
        """Return what it says of an address. Never raises."""
        ...


def opened(
    folders: Iterable[Path], before: Sequence[Source] | None = None
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """Return what tells places, what counts most first, and sentences about the files that cannot be used.

    The earlier folder counts more, of one folder the newer file, and the optional package least. A file that can be
    reached in two ways is one. Of those that were open `before`, the ones that are still the same stay open; and so
    does one in whose place something has come that cannot be used.
    """
    sources: list[Source] = []
    problems: list[str] = []
    seen: set[Path] = set()
    known = {each.path: each for each in before or () if isinstance(each, Database)}
    for folder in folders:
        sources += sorted(_of_folder(folder, seen, known, problems), key=lambda each: -each.built)
    lists = [registry.installed()] if before is None else [each for each in before if isinstance(each, Registry)]
    return (*sources, *(each for each in lists if each)), tuple(problems)


def _of_folder(
    folder: Path, seen: set[Path], known: Mapping[Path, Database], problems: list[str]
) -> Iterator[Database]:
    try:
        files = {path: path.resolve() for path in databases(folder)}
    except (OSError, RuntimeError) as error:  # RuntimeError: links that lead round in circles, before Python 3.13
        reason = getattr(error, "strerror", None) or error
        problems.append(f"{safe(str(folder), 120)} is not looked into: {safe(str(reason), 120)}.")
        return
    for path, real in files.items():
        if real not in seen:
            seen.add(real)
            yield from _of_file(path, known.get(path), problems)


def _of_file(path: Path, known: Database | None, problems: list[str]) -> Iterator[Database]:
    """Yield the database in a file: the one that is `known` if that is the same, or if no other can be had."""
    if known is not None and known.is_current:
        yield known
        return
    try:
        yield Database(path)
    except DatabaseError as error:
        still = known is not None and not known.is_overwritten
        problems.append(f"{safe(path.name, 60)} is not used: {error}.{_STILL if still else ''}")
        if known is not None and still:
            yield known
