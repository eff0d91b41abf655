"""Looks at the process under the cursor, off the screen's thread and never at two at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tcpview_tui.sources.inspect import inspect
from tcpview_tui.tui.background import run_in_background

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

    from tcpview_tui.model.inspection import Inspection
    from tcpview_tui.model.process import Process


class Inspector:
    """Inspects what was asked for last. An answer that comes when another process is asked for is dropped."""

    def __init__(
        self,
        pump: MessagePump,
        arrived: Callable[[], object],
        inspect: Callable[[Process], Inspection] = inspect,
    ) -> None:
        """`arrived` is called in the pump's task whenever there is an answer; `inspect` must not raise."""
        self._pump = pump
        self._arrived = arrived
        self._inspect = inspect
        self._wanted: Process | None = None
        self._answer: Inspection | None = None
        self._is_busy = False

    @property
    def inspection(self) -> Inspection | None:
        """What is known of the process asked for last; `None` before the first answer."""
        wanted, answer = self._wanted, self._answer
        return answer if wanted and answer and answer.identity == wanted.identity else None

    def ask(self, process: Process | None) -> None:
        """Ask for a process, or again for the same one: when the cursor moves and with each snapshot.

        While a reading is under way, the next one starts after it, if another process is asked for by then.
        """
        self._wanted = process
        if process is not None and not self._is_busy:
            self._start(process)

    def _start(self, process: Process) -> None:
        self._is_busy = True
        run_in_background(self._pump, lambda: self._inspect(process), self._done)

    def _done(self, answer: Inspection) -> None:
        self._is_busy = False
        wanted = self._wanted
        if wanted is None:
            return
        if answer.identity == wanted.identity:
            self._answer = answer
            self._arrived()
        else:
            self._start(wanted)
