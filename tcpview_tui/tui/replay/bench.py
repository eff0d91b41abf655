"""What was found when a recording was made, in the place of the rules: a replay judges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.register import Register
from tcpview_tui.findings.silences import Silences
from tcpview_tui.judging.bench import Bench

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tcpview_tui.clock import Clock
    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.findings.register import Place

_LASTING = "This is a replay, which silences nothing for good; s silences it until the replay is left."
"""What is silent for good on this machine says nothing of what was found on another."""


class RecordedBench(Bench):
    """The findings of a recording at the time that is shown, also those that were silent then."""

    is_on = True
    """There may be findings."""

    def __init__(self, clock: Clock, *, is_judged: bool) -> None:
        """`is_judged` is whether the rules were at work when it was recorded, as far as the recording says."""
        super().__init__(clock)
        self._is_judged = is_judged
        self.register = Register(Silences(None, _LASTING))
        self._known: Mapping[Place, tuple[Finding, ...]] = {}

    def start(self, heard: Callable[[], None]) -> None:
        """Do nothing."""

    def show(self, findings: Mapping[Place, tuple[Finding, ...]]) -> bool:
        """Have exactly this stand in the register; return whether anything is to be told differently."""
        version, known = self.register.version, self._known
        for place in [place for place in known if place not in findings]:
            self.register.tell(place, ())
        for place, found in findings.items():
            if known.get(place) is not found:
                self.register.tell(place, found)
        self._known = dict(findings)
        return self.register.version != version

    def scope(self) -> str:
        """Return in words what is told."""
        if self._is_judged:
            return "This is the time that is shown; the rules were at work when it was recorded."
        return "As far as the recording says, nothing was judged when it was made."
