"""The deck: where a replay is, and every way to get elsewhere. It knows no threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING

from tcpview_tui.record.event import Changed, Closed, Judged, Opened
from tcpview_tui.record.history import Place
from tcpview_tui.record.judgement import key_of
from tcpview_tui.record.reader import ReadingError
from tcpview_tui.text import local_time
from tcpview_tui.tui.replay.extent import Extent
from tcpview_tui.tui.replay.finder import Found
from tcpview_tui.tui.replay.jumping import Times
from tcpview_tui.tui.replay.passing import later
from tcpview_tui.tui.replay.scene import SPEEDS, Scene

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.record.event import Event
    from tcpview_tui.record.history import History
    from tcpview_tui.record.states import Whole
    from tcpview_tui.tui.replay.finder import Finder
    from tcpview_tui.tui.replay.jumping import Target

_NEAR = 2_000
"""Events that are played rather than leaped over, so that rows which have closed on the way stay."""

_AT_ONCE = 5_000
"""Events in one scene, but for the rest of their moment: the screen takes so many in within 0.2 seconds."""


class Deck:
    """Moves through a recording, and hands a scene to `show` wherever it gets. Used by one thread."""

    def __init__(
        self,
        history: History,
        show: Callable[[Scene], None],
        memory: float,
        clock: Clock,
        is_wanted: Callable[[], bool] = lambda: False,
    ) -> None:
        """`memory` is how many seconds before a place one has to begin to have all that lingers there.

        `is_wanted` tells whether there is something else to do: then a search ends. Raises ReadingError when not even
        the beginning can be read.
        """
        self._history, self._deliver, self._memory, self._clock = history, show, memory, clock
        self._is_wanted = is_wanted
        self.is_playing = self.is_searching = False
        self._speed, self._since = SPEEDS[0], 0.0
        self._told = self._trouble = ""
        self._extent = Extent(history)
        self._place, self._is_shown = self._extent.start, False

    def begin(self) -> None:
        """Show the beginning, and say how far it can be read if that is not all."""
        self._told = f"{self._extent.damage} {self._extent.check(_AT_ONCE)}".strip()
        self._go(self._extent.start)

    def do(self, order: Callable[[], object]) -> None:
        """Do one of the other methods. Where nothing can be read it stands still, and says so once."""
        try:
            order()
        except Exception as error:  # noqa: BLE001 - as in a look: whatever a file leads to must not end the program
            told = error if isinstance(error, ReadingError) else ReadingError(f"{type(error).__name__}: {error}")
            known, was_playing = self._trouble, self.is_playing
            self._stuck(told)
            if order != self.beat or was_playing or self._trouble != known:
                self._show()

    def beat(self) -> None:
        """Let time pass, as much as has passed since the last beat."""
        now = self._clock.monotonic()
        passed, self._since = (now - self._since) * self._speed, now
        follows = self.is_playing and self._is_at_end
        is_over = follows and not self._history.is_written()  # asked before: what was written last counts
        self._grow()
        if told := self._extent.check(_AT_ONCE):
            self._tell(told)
        if is_over and self._is_at_end:
            self.is_playing = False
            self._tell(self._extent.farewell)
        elif self.is_playing:
            self._advance(inf if follows else passed)  # who is at the end sees at once what is written

    def toggle(self) -> None:
        """Let time go on, or stand still; at the end of a recording that nobody writes any more, say so."""
        if not self.is_playing and self._is_at_end and not self._history.is_written():
            self._grow()
            if self._is_at_end:
                self._tell(self._extent.farewell)
                return
        self.is_playing, self._since = not self.is_playing, self._clock.monotonic()
        self._show()

    def pace(self, way: int) -> None:
        """Take the next higher speed (1), or the next lower one (-1)."""
        others = [each for each in SPEEDS if (each - self._speed) * way > 0]
        if others:
            self._speed = min(others) if way > 0 else max(others)
            self._show()
        else:
            self._tell(f"The speed is between {SPEEDS[0]}x and {SPEEDS[-1]}x; this is its end.")

    def divide(self, cells: int) -> None:
        """Count the activity in so many parts."""
        self._extent.divide(cells)
        if self._is_shown:
            self._show()

    def jump(self, target: Target) -> None:
        """Go to another time."""
        times = Times(self._extent.start, self._extent.end, self._place)
        if target.wall is not None:
            if times.end.event and not times.start.wall - 1 < target.wall(times) < times.end.wall + 1:
                began, ended = local_time(times.start.wall), local_time(times.end.wall)
                self._told = f"The recording goes from {began} to {ended} (local time): this is as near as it gets."
            self._go_to(self._history.clock_of(target.wall(times)))
        elif target.clock is not None:
            self._go_to(target.clock(times))

    def step(self, way: int) -> None:
        """Go to the next event (1), or to the one before (-1), and stand still there."""
        self.is_playing = False
        event = self._history.next(self._place.event, way)
        if way < 0 and self._place.event > self._extent.start.event:
            event = max(event or 0, self._extent.start.event)
        if event is None or event < self._extent.start.event:
            self._tell(self._extent.farewell if way > 0 else "This is the beginning of the recording.")
        else:
            self._go(self._history.place(event), self._met(event))

    def find(self, way: int, finder: Finder) -> None:
        """Go to the next event that is looked for (1), or the last one before (-1), and stand still there."""
        self.is_playing, self.is_searching = False, True
        here, end = self._place.event, self._extent.end.event if way > 0 else self._extent.start.event
        try:
            for found in finder.after(here, end) if way > 0 else finder.before(here, end):
                if not isinstance(found, int):
                    self._told = f"Event {found.event:,} is one that the filter lets through."
                    self._go(self._history.place(found.event), found)
                    return
                share = f"{(found - here) / (end - here or way):.0%}"
                if self._is_wanted():
                    self._tell(f"The search was ended, after {share} of the events on this side.")
                    return
                self._tell(f"Searching: {share}. Esc ends it, and so does any other step through time.")
            self._tell("Nothing after this matches." if way > 0 else "Nothing before this matches.")
        finally:
            self.is_searching = False

    @property
    def _is_at_end(self) -> bool:
        return self._place.event >= self._extent.end.event and self._place.clock >= self._extent.end.clock

    def _met(self, number: int) -> Found | None:
        """Return an event with its connection, if it is about one: the cursor goes there."""
        with suppress(ReadingError):  # who goes there is told of it
            for (event,) in self._history.told(number, number):
                match event:
                    case Opened(_, connection) | Changed(_, connection):
                        return Found(number, connection.key)
                    case Closed(_, key):
                        return Found(number, key)
                    case Judged(_, place) if (key := key_of(place)) is not None:
                        return Found(number, key)
        return None

    def _grow(self) -> None:
        """Take notice of what was written meanwhile, if somebody still writes."""
        was_empty = not self._extent.end.event
        if self._extent.grow():
            if was_empty:
                self._is_shown = False
                self._go(self._extent.start)
            elif not self.is_playing:
                self._show()

    def _advance(self, seconds: float) -> None:
        """Let time pass; at the end it stands still until there is more."""
        here = self._place
        place, told = later(self._history, here, self._extent.end, seconds, _AT_ONCE)
        self._told = self._told or told
        if place != here:
            self._travel(here.event + 1, place)

    def _go_to(self, clock: float) -> None:
        """Go to a time; stay where it is, and say so, when nobody can tell what was then."""
        try:
            place = self._extent.at(clock)
        except ReadingError as error:
            self.is_playing = False
            self._tell(f"Nothing can be read at that time: {error}.")
        else:
            self._go(place)

    def _go(self, place: Place, found: Found | None = None) -> None:
        """Play up to a place that is near; leap to any other, and over damage on the way."""
        self._since, here = self._clock.monotonic(), self._place
        is_near = here.event <= place.event <= here.event + _NEAR and here.clock <= place.clock
        is_near, self._is_shown = is_near and self._is_shown, True
        if is_near:
            self._travel(here.event + 1, place, found=found)
            if self._place == place:
                return
        before, whole = self._history.whole(place.event, place.clock - self._memory)
        if before > self._place.event or not is_near:
            self._travel(before + 1, place, whole, found)

    def _travel(self, first: int, place: Place, whole: Whole | None = None, found: Found | None = None) -> None:
        """Show what happened from an event on until a place, or until nothing can be read any more; be there.

        What is too much for one scene is shown in several.
        """
        reached = self._place if whole is None else self._history.place(first - 1)
        moments: list[Sequence[Event]] = []
        shown = first - 1
        try:
            for events in self._history.told(first, place.event):
                moments.append(events)
                reached = Place(reached.event + len(events), events[-1].at.clock, events[-1].at.told)
                if reached.event - shown >= 2 * _AT_ONCE and reached.event < place.event:
                    self._place, shown = reached, reached.event
                    self._show(moments, whole)
                    whole, moments = None, []
        except ReadingError as error:
            self._place, found = reached, None
            self._stuck(error)
        else:
            self._place = place
        self._show(moments, whole, found)

    def _stuck(self, error: ReadingError) -> None:
        """Stand still at the last place that could be read, and say so."""
        self.is_playing = False
        self._told = self._trouble = f"Nothing can be read behind event {self._place.event:,}: {error}."

    def _tell(self, sentence: str) -> None:
        self._told = sentence
        self._show()

    def _show(
        self, moments: Sequence[Sequence[Event]] = (), whole: Whole | None = None, found: Found | None = None
    ) -> None:
        scene = Scene(
            self._place, self._extent.start, self._extent.end, self.is_playing, self._speed,
            moments, whole, self._extent.activity, found, self._told,
        )  # fmt: skip
        self._told = ""
        self._deliver(scene)
