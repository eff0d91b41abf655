"""How the owner of a connection was found, or why it is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.model.connection import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.model.row import Row
    from tcpview_tui.model.snapshot import Problem

_LIMITS = ("ownerless", "processes-refused", "look-failed")
"""Codes of the problems that explain a missing owner, the likeliest first."""

_WITHOUT = {
    State.TIME_WAIT: "none: in TIME_WAIT the kernel keeps it alone",
    State.SYN_RECEIVED: "none yet: no process has accepted it",
}

_WINDING_UP = frozenset(
    {State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSING, State.TIME_WAIT, State.LAST_ACK, State.CLOSED}
)
"""After these no process can do anything with it (RFC 9293 section 3.6); the kernel finishes it."""


def explain(row: Row, problems: Sequence[Problem]) -> str:
    """Return how the process of a row is known, or why it is not."""
    if row.owners:
        return _past(row) if row.owners_past else _present(row)
    known = _WITHOUT.get(row.connection.state)
    if known:
        return known
    by_code = {problem.code: problem for problem in problems}
    reason = next((by_code[code].detail for code in _LIMITS if code in by_code), "No process in sight holds it.")
    return f"unknown. {reason}"


def _present(row: Row) -> str:
    more = len(row.owners) - 1
    if more:
        return f"the system named it, and {more} more that {'has' if more == 1 else 'have'} the socket open"
    return "the system named it"


def _past(row: Row) -> str:
    if row.connection.state in _WINDING_UP:
        return "it had it; the kernel only winds the connection up now"
    return "it had it; nobody is known to have it now"
