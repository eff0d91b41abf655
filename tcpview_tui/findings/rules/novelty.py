"""What is new: since a mark in time, or because the baseline does not know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tcpview_tui.findings.baseline.comparison import Outside
from tcpview_tui.findings.baseline.departures import Departure
from tcpview_tui.findings.baseline.traits import listened, talked
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.model.address import is_loopback
from tcpview_tui.text import endpoint, local_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from tcpview_tui.findings.baseline.departures import Kind
    from tcpview_tui.model.row import Row

Verdict = Outside | Unknown | None


class Novelty(Protocol):
    """What these rules judge by: a row, what the baseline says of it, and when "mark now" was pressed last.

    `verdict` is that of `Comparison.verdict`, and `content` what tells its program from the one that was learned; both
    are `None` without a baseline. `marked` is in seconds UTC.
    """

    @property
    def row(self) -> Row:
        """The row that is judged."""
        ...

    @property
    def verdict(self) -> Verdict:
        """What the baseline says of it."""
        ...

    @property
    def marked(self) -> float | None:
        """When the mark that is in force was set."""
        ...

    @property
    def content(self) -> Departure | Unknown | None:
        """What the hash of its program says."""
        ...


def check_listener(evidence: Novelty) -> Answer:
    """Judge a listener that others than this machine can reach."""
    row = evidence.row
    if listened(row.connection) is None or is_loopback(row.connection.local.address):
        return None
    answer = _outside(evidence.verdict, "listener")
    return answer if isinstance(answer, Hit) else _since_mark(row, evidence.marked) or answer


def _since_mark(row: Row, marked: float | None) -> Hit | None:
    if marked is None or row.preexisting or row.first_seen <= marked:
        return None
    who = row.owner.label if row.owner else "an unknown process"
    return Hit(
        f"Since {local_time(row.first_seen)} {who} listens at {endpoint(*row.connection.local)}; the mark was set at "
        f"{local_time(marked)}.",
        "A service that is started again opens its listeners again.",
    )


def _outside(verdict: Verdict, kind: Kind) -> Answer:
    if not isinstance(verdict, Outside):
        return verdict
    return _told(next((each for each in verdict.departures if each.kind == kind), None))


def _told(found: Departure | Unknown | None) -> Answer:
    if not isinstance(found, Departure):
        return found
    return Hit(found.sentence, found.against, found.severity, found.whom)


def _of_talk(kind: Kind) -> Callable[[Novelty], Answer]:
    """Return what judges conversations, and says of a listener that it is none."""
    return lambda evidence: _outside(evidence.verdict, kind) if talked(evidence.row) else None


_BASELINE = "the baseline, and the addresses and programs of connections"

RULES: tuple[Rule[Novelty], ...] = (
    Rule(
        "new-listener", 2, "New listener", "connection",
        "the baseline or the last mark in time, and the listeners",
        Severity.MEDIUM, "T1571",
        "A service that was installed, configured or started again, or whose executable an update moved; a program "
        "that listens only now and then, as for a file transfer or a call.",
        check_listener,
    ),
    Rule(
        "new-program", 1, "Program new to the baseline", "connection", _BASELINE,
        Severity.LOW, "T1105",
        "An update that moved the executable, a tool that is used once a month, a new service. What an intruder did "
        "while the baseline was learned is known to it: no finding is no proof.",
        lambda evidence: _outside(evidence.verdict, "program"),
    ),
    Rule(
        "changed-program", 1, "Program unlike the learned one", "connection",
        "the SHA-256 of the executable, once for each file, and those in the baseline; its package, if it is another",
        Severity.LOW, "T1554",
        "Programs that no package manages and that update themselves, deployments, images of containers. An upgrade by "
        "a package is told apart and unmarked; high if the file is not as its package brought it. Shells and "
        "interpreters are not compared.",
        lambda evidence: _told(evidence.content),
    ),
    Rule(
        "first-contact", 1, "First contact with a network", "connection", _BASELINE,
        Severity.LOW, "T1071",
        "A service whose provider moved, mirrors and content delivery networks, a laptop in another network. A program "
        "that talks to a hundred networks at a port has no first contact there any more.",
        _of_talk("network"),
    ),
    Rule(
        "unusual-hour", 1, "Connection at an unusual hour", "connection",
        "the baseline, and when a connection was opened; only of programs that were learned on two weeks of days",
        Severity.LOW, "T1029",
        "Somebody who works late, a timer that was changed, the end of summer time in a baseline of another one.",
        _of_talk("hour"),
    ),
    Rule(
        "unusual-volume", 1, "Far more sent than usual", "connection",
        "the baseline, and the bytes that a connection has sent: ten times the most that was learned, and 10 MiB",
        Severity.LOW, "T1048",
        "A first full backup, an upload by hand.",
        _of_talk("volume"),
    ),
)  # fmt: skip
"""The rules of this family."""
