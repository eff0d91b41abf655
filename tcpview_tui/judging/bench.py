"""What is judged in one run: light at the start, since the rules are loaded where they work, in their own thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.register import Register
from tcpview_tui.findings.silences import Silences
from tcpview_tui.judging.judge import Judge
from tcpview_tui.judging.verdict import News, Rules
from tcpview_tui.model import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.findings.baseline.file import Held
    from tcpview_tui.findings.dossier import Dossier
    from tcpview_tui.judging.verdict import Panel
    from tcpview_tui.judging.works import Works
    from tcpview_tui.lookup.geo.place import Place
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Problem
    from tcpview_tui.model.traffic import Gauge


SETTLING = 2.0
"""Seconds that what came last is waited for, when a recording ends: the rules alone are loaded in a tenth of that."""

UNSETTLED = "What came last was not judged."


class Bench:
    """The rules at work. Without a `folder` nothing is judged, and the register stays empty."""

    def __init__(self, clock: Clock, folder: Path | None = None, baseline: Held | None = None, geo: str = "") -> None:
        """`folder` is where this user's silences, lists and baseline are; `baseline` is what another file held.

        `geo` is a folder of address databases.
        """
        self._clock, self._folder, self._baseline, self._geo = clock, folder, baseline, geo
        self._works: Works | None = None
        self._judge: Judge | None = None
        self.register = Register(Silences(folder and folder / "silences.json"))
        self.rules = Rules()

    @property
    def is_on(self) -> bool:
        """Whether anything is judged."""
        return self._folder is not None

    @property
    def outside(self) -> int | None:
        """How many rows are outside of the baseline; `None` when there is none."""
        return None if self._works is None else self._works.outside

    @property
    def lacks_baseline(self) -> bool:
        """Whether there is none to compare with; while the rules are being loaded nobody knows."""
        return self.outside is None and (self._works is not None or not self.is_on)

    def is_outside(self, row: Row) -> bool:
        """Whether a row is outside of the baseline."""
        return self._works is not None and self._works.is_outside(row)

    @property
    def places(self) -> tuple[int, frozenset[str]]:
        """A number that grows when more is known of places, and which facts of them are told."""
        return (0, frozenset()) if self._works is None else (self._works.places.version, self._works.places.tells)

    def place(self, address: str) -> Place | None:
        """Return where an address is registered, as far as that is known by now."""
        return None if self._works is None else self._works.places.of(address)

    def dossier(self, process: Process) -> Dossier | None:
        """Return what a closer look at a process tells; `None` when nothing is judged. It may take a second."""
        return None if self._works is None else self._works.closer.look(process, self._clock.wall())

    def start(self, heard: Callable[[], None]) -> None:
        """Begin to judge; `heard` is called from another thread when there is something new."""
        if self.is_on:
            self._judge = Judge(self._prepare, self.register, self._clock, heard)
            self._judge.start()

    def stop(self) -> None:
        """End."""
        if self._judge is not None:
            self._judge.stop()
        if self._works is not None:
            self._works.close()

    def settle(self) -> bool:
        """Wait until all that has come is judged, `SETTLING` seconds at most; return whether it is."""
        return self._judge is None or self._judge.wait(SETTLING)

    def take(self, update: Update, gauges: Mapping[Key, Gauge], at: float, marked: float | None) -> None:
        """Take in what a look has brought, or which rows are gone; returns at once."""
        if self._judge is not None:
            self._judge.take(News(update, gauges, at, marked))

    def learn(self, rows: Iterable[Row], context: Context, at: float) -> str:
        """Take it that these rows are normal here, and write that down; return a sentence."""
        if self._works is None:
            return f"Nothing was learned: {self.scope()}"
        return self._works.learn(rows, context, at)

    def problems(self) -> list[Problem]:
        """Return what could not be judged, or not as was wanted."""
        told = self._works.problems() if self._works else []
        if self._judge and self._judge.failed:
            lost = ", ".join(self._judge.failed)
            why = "That is a fault of this program. What was found stays."
            told.append(limits.judged(f"no more is judged of {lost}", why))
        late = self._judge.late if self._judge else 0.0
        if late:
            behind = f"judging is behind by {late // 10 * 10:.0f} seconds or more"
            told.append(limits.judged(behind, "What came later may bear no mark yet."))
        if self.register.silences.problem:
            told.append(limits.judged("silences could not be read or written", self.register.silences.problem))
        return told

    @property
    def has_failed(self) -> bool:
        """Whether something is judged no more, by a fault of this program: nothing found is then no answer."""
        return self._judge is not None and bool(self._judge.failed)

    def origins(self) -> list[Problem]:
        """Return what is told from files, and of when these are."""
        return [] if self._works is None else self._works.origins()

    def scope(self) -> str:
        """Return in words what is judged."""
        if self._works is not None:
            return self._works.scope()
        return "The rules are being loaded." if self.is_on else "Nothing is judged in this run."

    def _prepare(self, pids: int | None = None) -> Sequence[Panel]:
        from tcpview_tui.judging.works import Works

        assert self._folder is not None  # noqa: S101 - there is no judge otherwise
        self._works = Works(self._clock, self._folder, self._baseline, self.rules, self._geo, pids)
        return self._works.panels
