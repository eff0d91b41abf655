"""A bench for who waits: what there is to judge of a look is judged before the call returns, in the caller's thread."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from tcpview_tui.judging.bench import Bench
from tcpview_tui.judging.judge import Judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tcpview_tui.lookup.geo.place import Place
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.traffic import Gauge

READING = 10.0
"""Seconds that lists, and databases of addresses, are waited for at most: five times what a million entries take."""

TURNING = 10.0
"""Seconds after which no further turn begins: programs that are still to be read whole then wait for the next look."""

TURNS = 4
"""Turns that the first look gets at least: the machine itself is judged one thing at a turn (`judging.watches`)."""

PIDS = 524_288
"""Process ids that one look asks whether they hide: half a second's worth, and all there are on most machines."""


class Sitting(Bench):
    """Judges while the caller waits: `join` is all that a command needs for one look, or one after the other."""

    _judge: Judge | None
    _is_new = _has_settled = False

    def start(self, heard: Callable[[], None] | None = None) -> None:
        """Load the rules, and read lists and databases: it takes as long as that."""

        def hear() -> None:
            self._is_new = True
            if heard is not None:
                heard()

        self._judge = Judge(partial(self._prepare, PIDS), self.register, self._clock, hear)
        if self._judge.prepare() and self._works is not None:
            self._works.wait(READING)

    def place(self, address: str) -> Place | None:
        """Return where an address is registered, as far as the databases know."""
        return None if self._works is None else self._works.places.look_up(address)

    def take(self, update: Update, gauges: Mapping[Key, Gauge], at: float, marked: float | None) -> None:
        """Take in what a look has brought, and judge it; the first look until there is nothing new to be told."""
        super().take(update, gauges, at, marked)
        if self._has_settled:
            self._turn()
            return
        self._has_settled, until = True, self._clock.monotonic() + TURNING
        for turn in count(1):
            if (not self._turn() and turn >= TURNS) or self._clock.monotonic() >= until:
                return

    def join(self, update: Update, context: Context) -> Context:
        """Judge the rows that a look has found to differ; return `context` joined with all that was found by now."""
        self.take(update, context.gauges, context.now, None)
        findings, unchecked = self.register.of, self.register.unchecked_of
        return replace(context, findings=findings, unchecked=unchecked, place=self.place, is_outside=self.is_outside)

    def _turn(self) -> bool:
        """Judge once what is due; return whether there is anything new to be told."""
        self._is_new = False
        if self._judge is not None:
            self._judge.work()
        return self._is_new
