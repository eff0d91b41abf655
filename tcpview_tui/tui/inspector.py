"""Looks at the process under the cursor, off the screen's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.tui.background import run_in_background

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

    from tcpview_tui.model.process import Process

PATIENCE = 5.0
"""Seconds after which a reading counts as stuck: a working directory on a dead network share can hold one for ever."""

READINGS = 3
"""Readings under way at most, those that are stuck among them."""


class Inspector:
    """Inspects what was asked for last. An answer that comes when another process is asked for is dropped.

    One reading is under way at a time. One that is stuck does not keep other processes waiting.
    """

    def __init__(
        self,
        pump: MessagePump,
        inspect: Callable[[Process], Inspection],
        now: Callable[[], float],
        arrived: Callable[[], object],
    ) -> None:
        """`inspect` must not raise; `now` gives monotonic seconds.

        `arrived` is called in the pump's task whenever there is an answer.
        """
        self._pump = pump
        self._inspect = inspect
        self._now = now
        self._arrived = arrived
        self._wanted: Process | None = None
        self._answer: Inspection | None = None
        self._begun: dict[tuple[int, float | None], float] = {}

    @property
    def inspection(self) -> Inspection | None:
        """What is known of the process asked for last; `None` before the first answer."""
        wanted = self._wanted
        if wanted is None:
            return None
        if self._is_known(wanted):
            return self._answer
        stuck = [identity for identity, begun in self._begun.items() if self._is_stuck(begun)]
        if wanted.identity in stuck or len(stuck) == READINGS:
            return Inspection.without(wanted.identity, Absence.SILENT)
        return None

    def ask(self, process: Process | None) -> None:
        """Ask for a process, or again for the same one: when the cursor moves and with each snapshot.

        While a reading is under way, the next one starts after it, if another process is asked for by then.
        """
        self._wanted = process
        if process is not None and self._may_start(process):
            self._begun[process.identity] = self._now()
            run_in_background(self._pump, lambda: self._inspect(process), self._done)

    def _may_start(self, process: Process) -> bool:
        begun = self._begun
        return process.identity not in begun and len(begun) < READINGS and all(map(self._is_stuck, begun.values()))

    def _is_known(self, process: Process) -> bool:
        return self._answer is not None and self._answer.identity == process.identity

    def _is_stuck(self, begun: float) -> bool:
        return self._now() - begun >= PATIENCE

    def _done(self, answer: Inspection) -> None:
        del self._begun[answer.identity]
        wanted = self._wanted
        if wanted is not None and answer.identity == wanted.identity:
            self._answer = answer
            self._arrived()
        elif wanted is not None and not self._is_known(wanted):
            self.ask(wanted)
