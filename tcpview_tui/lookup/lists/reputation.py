"""One reputation list: what a file was understood as, and what it says of an address or a program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.lookup.lists import formats
from tcpview_tui.lookup.lists.entries import Entries, ListError
from tcpview_tui.lookup.lists.intake import ChangingError, Facts, Intake, opened
from tcpview_tui.lookup.lists.match import Dated, Match
from tcpview_tui.lookup.lists.tables import MOST
from tcpview_tui.text import LAST_DATE, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

NAME_LIMIT = 60
"""Characters of a list's name that people are shown."""


class Reputation(NamedTuple):
    """A list as it was read. `name` and `kind` are for people; `sha256` is that of the file, in hexadecimal digits."""

    name: str
    kind: str
    dated: Dated
    sha256: str
    facts: Facts
    entries: Entries

    def address(self, packed: bytes, port: int | None) -> tuple[Match, ...]:
        """Return what it says of an address, see `networks.sought`, the narrowest entry first."""
        return self._matches(self.entries.of_address(packed, port))

    def digest(self, sha256: bytes) -> tuple[Match, ...]:
        """Return what it says of the 32 bytes of a SHA-256."""
        return self._matches(self.entries.of_digest(sha256))

    def _matches(self, found: Iterable[tuple[int, str]]) -> tuple[Match, ...]:
        return tuple(Match(self.name, text, line, self.dated, self.sha256) for line, text in found)


def load(path: Path, rest: Callable[[], None] = lambda: None) -> Reputation:
    """Read a list; `rest` is called again and again meanwhile, and what it raises ends the reading.

    Raises OSError when it cannot be read, and ListError when it is none: nothing in it was understood.
    """
    entries = Entries()
    with opened(path) as (stream, status):
        intake = Intake(stream, status.st_size, rest)
        try:
            kind = formats.read(intake, entries)
        except OverflowError as error:
            raise ListError(f"it has more than the {MOST:,} entries of a kind that are kept; split it") from error
        digest = intake.digest()
        facts = Facts.of(status)
        if Facts.of(os.fstat(stream.fileno())) != facts:
            raise ChangingError("it was written while it was read")
    if entries.broken and not entries.understood:
        first = entries.first_broken[0]
        raise ListError(f"nothing in it was understood; line {first.number:,} is “{first.text}”")
    own = entries.dated is not None and 0 < entries.dated <= LAST_DATE
    dated = Dated(entries.dated if own and entries.dated else status.st_mtime, own)
    return Reputation(safe(path.name, NAME_LIMIT), kind, dated, digest, facts, entries)
