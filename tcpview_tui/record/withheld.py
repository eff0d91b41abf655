"""What was found of somebody of whom nothing is recorded so far, since no connection of his matches the filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.register import subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.row import Row
    from tcpview_tui.record.event import Judged, Moment


class Withheld:
    """Keeps judgements back until one of their connections is recorded. What is found of the machine never waits."""

    def __init__(self) -> None:
        self._waiting: dict[Place, Judged] = {}
        self._told: set[Place] = set()

    def passes(self, judged: Judged, *, is_recorded: bool) -> bool:
        """Return whether to record it now; `is_recorded` is whether any of its connections is, or was just now."""
        of, place = judged.place[0], judged.place
        self._waiting.pop(place, None)
        was_told = place in self._told
        if not judged.findings:
            self._told.discard(place)
            return was_told
        if was_told or is_recorded or of == "machine":
            self._told.add(place)
            return True
        self._waiting[place] = judged
        return False

    def of(self, rows: Iterable[Row], now: Moment) -> Iterator[Judged]:
        """Yield what has waited for these rows, which are recorded `now`."""
        for place in (place for row in rows if self._waiting for place in subjects(row)):
            judged = self._waiting.pop(place, None)
            if judged is not None:
                self._told.add(place)
                yield judged._replace(at=now)
