"""What was found while too much waited to be written: the last word on each subject, for when there is room again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.record.event import Judged
from tcpview_tui.record.judgement import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tcpview_tui.findings.register import Place
    from tcpview_tui.model.connection import Key
    from tcpview_tui.record.event import Event, Moment


class Aside:
    """Judgements that wait. There are no more of them than subjects of which something is found, or stands written."""

    def __init__(self) -> None:
        self._written: set[Place] = set()
        self._waiting: dict[Place, Judged] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def wrote(self, events: Iterable[Event]) -> None:
        """Note what is written: what waits of the same subjects is over."""
        for event in events:
            if isinstance(event, Judged):
                self._waiting.pop(event.place, None)
                self._note(event)

    def keep(self, events: Iterable[Event]) -> int:
        """Keep what was found; return how many of the events told that."""
        judged = [event for event in events if isinstance(event, Judged)]
        for event in judged:
            self._waiting.pop(event.place, None)
            if event.findings or event.place in self._written:
                self._waiting[event.place] = event
        return len(judged)

    def again(self, now: Moment, knows: Callable[[Key], bool]) -> list[Judged]:
        """Return what waits, as it is `now`, and keep it no more; a connection that nobody `knows` waits on."""
        told = [event._replace(at=now) for event in self._waiting.values() if self._is_due(event, knows)]
        self.wrote(told)
        return told

    def _is_due(self, event: Judged, knows: Callable[[Key], bool]) -> bool:
        key = key_of(event.place)
        return key is None or event.place in self._written or knows(key)

    def _note(self, event: Judged) -> None:
        if event.findings:
            self._written.add(event.place)
        else:
            self._written.discard(event.place)
