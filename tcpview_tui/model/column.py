"""What a column is, and what a row is joined with when it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tcpview_tui.findings.rule import MARKED
from tcpview_tui.model.connection import Transport

if TYPE_CHECKING:
    from tcpview_tui.findings.finding import Finding, Unchecked
    from tcpview_tui.lookup.geo.place import Place
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.traffic import Gauge

Cut = Literal["end", "middle", "start"]
"""Which part of a value that does not fit is left out."""


ServiceName = Callable[[Transport, int], str | None]
"""Returns the name of the service that a port stands for, ``https``; `None` when it has none."""


def _nameless(_transport: Transport, _port: int) -> None:
    return None


Findings = Callable[["Row"], "Sequence[Finding]"]
"""Returns what the rules have found of a row, the gravest first."""


UncheckedOf = Callable[["Row"], "Sequence[Unchecked]"]
"""Returns what the rules could not check of a row."""


def _innocent(_row: Row) -> tuple[()]:
    return ()


PlaceOf = Callable[[str], "Place | None"]
"""Returns where an address is registered and who announces it; `None` when that is not known, or not yet."""


def _nowhere(_address: str) -> None:
    return None


def _known(_row: Row) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Context:
    """What a row is joined with when it is shown: the time (wall clock, seconds UTC) and names by address.

    `service_name` tells what a port is registered for, as `sources.base.Source` does; by default nothing is known.
    With `since`, rows that were not touched after the look of that number are dimmed. `gauges` tell what a connection
    carries, those that have just carried something are marked if `marks_traffic`. `findings` tells what the rules have
    found of a row, the gravest first, `unchecked` what they could not check, `is_outside` whether it is outside of the
    baseline.
    """

    now: float = 0.0
    names: Mapping[str, str] = field(default_factory=dict)
    since: int | None = None
    service_name: ServiceName = _nameless
    gauges: Mapping[Key, Gauge] = field(default_factory=dict)
    marks_traffic: bool = False
    findings: Findings = _innocent
    unchecked: UncheckedOf = _innocent
    place: PlaceOf = _nowhere
    is_outside: Callable[[Row], bool] = _known

    def is_suspicious(self, row: Row) -> bool:
        """True when a rule has found something that is grave enough to mark the row."""
        found = self.findings(row)
        return bool(found) and found[0].severity >= MARKED

    def is_busy(self, row: Row) -> bool:
        """True when the connection carried payload in the last look."""
        gauge = self.gauges.get(row.connection.key)
        return gauge is not None and gauge.is_busy


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is the fact (`None`: unknown or absent); `text` is how people read it.

    `order` gives the sort key where the value itself would sort wrongly. Of the columns, those with the lowest
    `priority` are kept when the screen is narrow; `width` is the least and `ideal` the most cells that help.
    """

    id: str
    title: str
    short: str
    help: str
    priority: int
    width: int
    ideal: int
    value: Callable[[Row, Context], Any]
    text: Callable[[Row, Context], str]
    order: Callable[[Row, Context], Any] | None = None
    right: bool = False
    cut: Cut = "end"

    def sort_key(self, row: Row, context: Context) -> Any:
        """Return what this column sorts by; `None` (unknown) sorts last in either direction."""
        return (self.order or self.value)(row, context)
