"""The judge: a thread that takes in what each look has brought, judges what is due, and says when there is news."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tcpview_tui.clock import Clock
    from tcpview_tui.findings.register import Register
    from tcpview_tui.judging.verdict import News, Panel
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.traffic import Gauge

PATIENCE = 2.0
"""Seconds that the thread is waited for in the end: what it reads may be slow."""

BEHIND = 120
"""Looks that wait to be judged; with more they are made one, so that what came and went meanwhile is not judged."""

MOST = 1_000_000
"""Rows that wait to be judged; with more, something that was read never came back, and judging is given up."""

LATE = 10.0
"""Seconds of judging at one go from which on people are told that it is behind."""

SLICE = 0.001
"""Seconds of work between two rests: who wants the interpreter lock waits for that at most, each time, and not the 5 ms
after which Python would take it away (sys.getswitchinterval)."""

REST = 0.0002
"""Seconds of a rest."""


class Judge:
    """Judges off the thread of the screen, for as long as it runs. What it finds stands in `register`."""

    def __init__(
        self, prepare: Callable[[], Sequence[Panel]], register: Register, clock: Clock, heard: Callable[[], None]
    ) -> None:
        """`prepare` returns who judges, in the thread; `heard` is called from it when there is something new."""
        self.register = register
        self.failed: tuple[str, ...] = ()
        """What is judged no more, in words, because judging it has failed."""
        self._prepare, self._clock, self._heard = prepare, clock, heard
        self._panels: tuple[Panel, ...] = ()
        self._news: deque[News] = deque()
        self._began: float | None = None
        self._wake = threading.Condition()
        self._stopped = False
        self._rested = 0.0
        self._thread = threading.Thread(target=self._run, name="judging", daemon=True)

    @property
    def late(self) -> float:
        """For how many seconds it has been judging what came last; 0 when that takes no longer than it should."""
        began = self._began
        late = 0.0 if began is None else time.monotonic() - began
        return late if late >= LATE else 0.0

    def prepare(self) -> bool:
        """Make ready to judge, in the thread that is going to; return whether that was possible."""
        try:
            self._panels = tuple(self._prepare())
        except Exception:  # noqa: BLE001 - without rules the table goes on
            with self._wake:
                self._give_up("everything")
            self._heard()
            return False
        self._heard()  # who asked what is judged is told that the rules are at work now
        return True

    def start(self) -> None:
        """Begin with what has come by now."""
        self._thread.start()

    def take(self, news: News) -> None:
        """Take in what a look has brought; returns at once."""
        with self._wake:
            if self._stopped:
                return
            self._news.append(news)
            if len(self._news) > BEHIND:
                self._squeeze()
            self._wake.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until all that has come is judged, so many seconds at most; return whether it is."""
        with self._wake:
            self._wake.wait_for(lambda: self._stopped or self._is_idle, seconds)
            return self._is_idle and not self._stopped

    @property
    def _is_idle(self) -> bool:
        return not self._news and self._began is None

    def stop(self) -> None:
        """End soon."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join(PATIENCE)

    def work(self) -> None:
        """Judge what has come, in the thread of the caller."""
        with self._wake:
            news = list(self._news)
            self._news.clear()
            self._began = time.monotonic()
        for panel in self._panels:
            if self._stopped:
                break
            if self._ask(panel, news):
                self._heard()
        with self._wake:
            self._began = None
            self._wake.notify_all()

    def _ask(self, panel: Panel, news: Sequence[News]) -> bool:
        """Return whether there is anything new to tell. A panel that fails is asked no more: the others go on."""
        changed = False
        try:
            for each in news:
                panel.take(each)
                self._rest()
            now = self._clock.wall()
            for verdict in panel.due(now):
                changed |= self.register.put(verdict.of, verdict.about, verdict.answers, now)
                if self._stopped:
                    break
                self._rest()
        except Exception:  # noqa: BLE001 - what is judged comes from whoever is investigated
            self._panels = tuple(other for other in self._panels if other is not panel)
            self.failed += (panel.name,)
            return True
        return changed

    def _rest(self) -> None:
        if time.perf_counter() - self._rested > SLICE:
            time.sleep(REST)
            self._rested = time.perf_counter()

    def _squeeze(self) -> None:
        """Make one of all that waits: how every row stands by now."""
        update: Update = {}
        gauges: dict[Key, Gauge] = {}
        for each in self._news:
            update.update(each.update)
            gauges.update(each.gauges)
        last = self._news[-1]
        self._news.clear()
        self._news.append(last._replace(update=update, gauges=gauges))
        if len(update) > MOST:
            self._give_up("everything")

    def _give_up(self, what: str) -> None:
        self._stopped = True
        self._news.clear()
        self.failed += (what,)
        self._wake.notify_all()

    def _run(self) -> None:
        is_ready = self.prepare()
        while is_ready:
            with self._wake:
                self._wake.wait_for(lambda: self._news or self._stopped)
            if self._stopped:
                return
            self.work()
