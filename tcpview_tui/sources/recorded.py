"""The machine of a recording, as far as a table asks for more than its connections: it can be asked no more."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.snapshot import Code
from tcpview_tui.sources import services
from tcpview_tui.sources.base import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.connection import Connection, Transport
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.snapshot import Problem

REASON = "not in a replay: what it shows is over."


class Recorded:
    """A source that nothing new comes from. `facts` are those of the recording."""

    name = "recording"
    has_counters = True
    unseen: tuple[Problem, ...] = ()
    cannot_disconnect: str | None = REASON

    def __init__(self, facts: Mapping[str, str]) -> None:
        options = _options(facts)
        self.interval = _interval(options)
        self.is_judged = options.get("findings") is True
        """Whether the rules were at work when it was recorded, as far as it says."""
        self.time_zone = facts.get("time_zone", "")
        """The name of the zone the machine was in, and how far it is from UTC: ``CET +0100``."""
        self._followed = facts.get("source") == "sockdiag"
        self.problems: tuple[Problem, ...] = ()
        """What could not be seen then, at the time that is shown."""

    @property
    def follows_tcp(self) -> bool:
        """Whether no TCP connection was too short to be seen."""
        return self._followed and all(problem.code is not Code.EVENTS for problem in self.problems)

    def read(self) -> Reading:
        """Return nothing: a replay reads the recording itself."""
        return Reading()

    def inspect(self, process: Process) -> Inspection:
        """Return that this was not recorded."""
        return Inspection.without(process.identity, Absence.UNRECORDED)

    def service_name(self, transport: Transport, port: int) -> str | None:
        """Return what this machine has the port registered for: the other one cannot be asked."""
        return self._services.get((transport, port))

    def disconnect(self, connection: Connection) -> None:
        """Raise OSError."""
        raise OSError(REASON)

    def close(self) -> None:
        """Do nothing."""

    @cached_property
    def _services(self) -> services.Names:
        return services.read(services.database())


def _options(facts: Mapping[str, str]) -> dict[str, Any]:
    """Return how the recorder was started; nothing where it does not say so."""
    try:
        return msgspec.json.decode(facts.get("options", "{}"), type=dict[str, Any])
    except (ValueError, RecursionError):
        return {}


def _interval(options: Mapping[str, Any]) -> float:
    try:
        return float(options["interval"])
    except (KeyError, ValueError, TypeError, OverflowError):
        return 1.0
