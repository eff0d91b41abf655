"""What a bare word searches: every column, without making the text of any row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.model.columns import BY_ID, Context
from tcpview_tui.model.container import namespace_label
from tcpview_tui.model.fields import OWNED, Predicate

if TYPE_CHECKING:
    from tcpview_tui.model.choices import Match
    from tcpview_tui.model.connection import Connection
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row

_PROCESSES_KEPT = 8_192
"""Verdicts on processes that one filter remembers; rows share their processes."""


def anywhere(match: Match, with_times: bool = False) -> Predicate:
    """Lift a test of case-folded lines to every column of a row, for every owner of it.

    First seen and Closed are searched only `with_times`. Age is not: its text changes while one looks, and it has a
    field.
    """
    seen, closed = BY_ID["seen"].text, BY_ID["closed"].text
    kinds: dict[object, bool] = {}
    owners: dict[int, tuple[Process, bool]] = {}

    def predicate(row: Row, context: Context) -> bool:
        connection = row.connection
        kind = (
            connection.transport, connection.family, connection.state, row.direction, connection.remote is None,
            connection.namespace,
        )  # fmt: skip
        if kind not in kinds:
            kinds[kind] = match(_kind_lines(row))
        if kinds[kind]:
            return True
        for owner in row.owners:
            if (owners.get(id(owner)) or _judge(owner, match, owners))[1]:
                return True
        if not row.owners and connection.user is not None and match(connection.user.casefold()):
            return True
        if _has_end(connection, match, context):
            return True
        return with_times and (match(seen(row, context)) or match(closed(row, context)))

    return predicate


def _has_end(connection: Connection, match: Match, context: Context) -> bool:
    address, port = connection.local
    if match(address) or match(str(port)):
        return True
    if connection.remote is None:
        return False
    address, port = connection.remote
    if match(address) or match(str(port)):
        return True
    name = context.names.get(address) if context.names else None
    return name is not None and match(name.casefold())


def _judge(owner: Process, match: Match, verdicts: dict[int, tuple[Process, bool]]) -> tuple[Process, bool]:
    """Return the verdict on a process; the process stands beside it, so that its id is not used again."""
    if len(verdicts) >= _PROCESSES_KEPT:
        verdicts.clear()
    return verdicts.setdefault(id(owner), (owner, match(_process_lines(owner))))


def _kind_lines(row: Row) -> str:
    """Return what many rows have in common, as the table shows it."""
    connection = row.connection
    ends = "*" if connection.remote is None else ""
    place = namespace_label(connection.namespace) if connection.namespace else ""
    return f"{connection.protocol}\n{connection.state}\n{row.direction}\n{ends}\n{place}".casefold()


def _process_lines(process: Process) -> str:
    facts = [getattr(process, attribute) for attribute in OWNED.values()]
    return "\n".join([str(fact) for fact in facts if fact is not None]).casefold()
