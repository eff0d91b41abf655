"""Marks in time: "from here on, what is new or different?"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Moment(NamedTuple):
    """A look that was marked, by its number, and its wall-clock second UTC, which names it."""

    look: int
    at: float


@dataclass(slots=True)
class Moments:
    """The marks that were set, the one in force, and whether rows older than it are hidden or only dimmed."""

    marked: list[Moment] = field(default_factory=list)
    current: Moment | None = None
    only: bool = False

    def mark(self, look: int, at: float) -> Moment:
        """Set a mark and put it in force. The same look is marked once."""
        moment = next((moment for moment in self.marked if moment.look == look), None)
        if moment is None:
            moment = Moment(look, at)
            self.marked.append(moment)
        self.current = moment
        return moment

    @property
    def dims_since(self) -> int | None:
        """The look after which a row must have been touched in order not to be dimmed."""
        return self.current.look if self.current and not self.only else None

    @property
    def shows_since(self) -> int | None:
        """The look after which a row must have been touched in order to be shown."""
        return self.current.look if self.current and self.only else None
