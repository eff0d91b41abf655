"""What is known of the process of a row: its lasting facts, those read just now, and how it was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tcpview_tui.model.connection import State
from tcpview_tui.model.facts import UNKNOWN, Fact, Section, fact
from tcpview_tui.model.inspection import Absence, Inspection
from tcpview_tui.model.snapshot import Code
from tcpview_tui.text import duration, local_time

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Cut
    from tcpview_tui.model.connection import Connection
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Problem


_LIMITS = (Code.OWNERLESS, Code.PROCESSES_REFUSED, Code.LOOK_FAILED)
"""Codes of the problems that explain a missing owner, the likeliest first."""

_WITHOUT = {
    State.TIME_WAIT: "none: in TIME_WAIT the kernel keeps it alone",
    State.SYN_RECEIVED: "none yet: no process has accepted it",
}

_WINDING_UP = frozenset(
    {State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.TIME_WAIT, State.LAST_ACK, State.CLOSED}
)
"""After these no process can do anything with it (RFC 9293 section 3.6); the kernel finishes it."""


def _size(octets: int) -> str:
    mebibytes = octets / (1 << 20)
    return f"{mebibytes:.1f} MiB" if mebibytes < 10 else f"{mebibytes:,.0f} MiB"


class _Line(NamedTuple):
    """A fact by the attribute that holds it, of `Process` or of `Inspection`."""

    label: str
    attribute: str
    text: Callable[[Any], str] = str
    lines: int = 1
    cut: Cut = "end"


_LINES = (
    _Line("Command", "command_line", lines=2),
    _Line("Executable", "executable", cut="middle"),
    _Line("Directory", "directory", cut="middle"),
    _Line("User", "user"),
    _Line("Service", "service"),
    _Line("Container", "container"),
    _Line("Started", "started", local_time),
    _Line("Name", "name"),
    _Line("PID", "pid"),
    _Line("Threads", "threads"),
    _Line("Open files", "files", "{:,}".format),
    _Line("Status", "status"),
    _Line("Memory", "memory", _size),
    _Line("CPU time", "cpu", duration),
)

_INSPECTED = frozenset(Inspection.__dataclass_fields__)


def why_nobody(row: Row, problems: Sequence[Problem]) -> str | None:
    """Return that the process of a row is unknown, and why; `None` of one that is known, or is none by design."""
    return None if row.owners or row.connection.state in _WITHOUT else _unknown(row.connection, problems)


def about_process(row: Row, inspection: Inspection | None, problems: Sequence[Problem]) -> Section:
    """Return the same labels for every row; a missing value is a word. An inspection of another process is ignored."""
    owner = row.owner
    absent = _absent(owner, problems)
    told = inspection if owner and inspection and inspection.identity == owner.identity else None
    known = Fact("Owner", _ownership(row, problems), quiet=owner is None, lines=2)
    # Of an unknown process the connection may tell the user: the one whom the kernel books the socket to.
    named = owner or row.connection
    facts = (_fact(line, told if line.attribute in _INSPECTED else named, absent) for line in _LINES)
    return Section("Process", (known, *facts))


def _fact(line: _Line, holder: Process | Connection | Inspection | None, absent: Mapping[str, str]) -> Fact:
    value = getattr(holder, line.attribute, None)
    missing = value.value if isinstance(value, Absence) else absent.get(line.attribute, UNKNOWN)
    shown = None if value is None or isinstance(value, Absence) else line.text(value)
    return fact(line.label, shown, missing, line.lines, line.cut)


def _absent(owner: Process | None, problems: Sequence[Problem]) -> Mapping[str, str]:
    """Return the words for missing facts, where they say more than that they are unknown."""
    if owner is None:
        return {}
    words = dict.fromkeys(_INSPECTED, "reading") | dict.fromkeys(("service", "container"), "none known")
    # The kernel's own threads have neither command line nor executable file; everybody else's was refused.
    if owner.command_line is not None and any(problem.code is Code.PATHS_REFUSED for problem in problems):
        words["executable"] = "not permitted"
    return words


def _ownership(row: Row, problems: Sequence[Problem]) -> str:
    """Return how the process of a row is known, or why it is not."""
    if row.owners:
        return _past(row) if row.owners_past else _present(row)
    return _WITHOUT.get(row.connection.state) or _unknown(row.connection, problems)


def _unknown(connection: Connection, problems: Sequence[Problem]) -> str:
    if connection.unowned is not None:
        return f"unknown: {connection.unowned.value}"
    by_code = {problem.code: problem for problem in problems}
    reason = next((by_code[code].detail for code in _LIMITS if code in by_code), "No process in sight holds it.")
    return f"unknown. {reason}"


def _present(row: Row) -> str:
    more = len(row.owners) - 1
    if more:
        return (
            f"the system names it as the owner, and {more} more that {'has' if more == 1 else 'have'} the socket open"
        )
    return "the system names it as the owner"


def _past(row: Row) -> str:
    if row.connection.state in _WINDING_UP:
        return "it had it; the kernel only winds the connection up now"
    return "it had it; nobody is known to have it now"
