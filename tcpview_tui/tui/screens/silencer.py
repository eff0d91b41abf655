"""What the keys of the findings list silence and tell again; what is for good is written down behind the screen."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from tcpview_tui.findings.silence import Silence, of_program, of_unit
from tcpview_tui.tui.background import run_in_background

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message_pump import MessagePump

    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.findings.silences import Silences

Whom = Literal["run", "program", "unit"]
"""What a silence is for: one subject in this run, a program or a unit for good."""

_DONE = {
    "program": "Silent for good for every process of this program (SHA-256).",
    "unit": "Silent for good for this unit.",
}


class Silencer:
    """Silences and tells again at once. Each method returns a sentence about it."""

    def __init__(self, silences: Silences, pump: MessagePump, done: Callable[[str], object]) -> None:
        """`done` is called in the task of `pump` with a sentence, when something was written down or could not be."""
        self._silences, self._pump, self._done = silences, pump, done

    def hush(self, finding: Finding | None, whom: Whom) -> str:
        """Silence a finding, or its rule for good for its program or its unit."""
        if finding is None:
            return "This is no finding that could be silenced. What is silenced already, l tells again."
        if whom == "run":
            self._silences.hush(finding)
            return "Silent in this run: o tells it again."
        made = self._silences.lasts_not or (of_program(finding) if whom == "program" else of_unit(finding))
        if isinstance(made, str):
            return made
        self._silences.keep(made)
        return self._save(made, _DONE[whom])

    def undo(self) -> str:
        """Tell again what was silenced in this run."""
        had = self._silences.undo()
        return "Everything that was silenced in this run is told again." if had else "Nothing was silenced in this run."

    def lift(self, silence: Finding | Silence | None) -> str:
        """Tell again one finding that is silent in this run, or what is silent for good."""
        if silence is None:
            return "This is not silenced. h shows what is, and l tells one of these again."
        if isinstance(silence, Silence):
            self._silences.lift(silence)
            return self._save(silence, "Told again from now on.")
        self._silences.tell(silence)
        return "Told again."

    def _save(self, silence: Silence, done: str) -> str:
        save = partial(self._silences.save, silence)
        run_in_background(self._pump, save, lambda why: self._done(why or done), self._done)
        return "It counts already, and is being written down."
