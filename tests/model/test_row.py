"""What a row says of a connection that no look saw, and of whose times only the look is known that told its end."""

from __future__ import annotations

from dataclasses import replace

from tcpview_tui.model.about_connection import about_connection
from tcpview_tui.model.columns import BY_ID, Context
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.row import Row
from tcpview_tui.model.snapshot import Passed, Snapshot
from tcpview_tui.record.ecs import listed
from tests.fakes import FakeClock, connection


def passed(opened_at: float | None) -> Row:
    table = LiveTable(FakeClock())
    table.apply(Snapshot(1, 100.0, {}))
    table.apply(Snapshot(2, 101.0, {}, passed=(Passed(replace(connection(1), opened_at=opened_at), 101.0),)))
    return table.rows[1]


def test_times_that_nobody_told_are_not_invented() -> None:
    row, context = passed(None), Context(now=102.0)
    facts = {fact.label: fact.value for fact in about_connection(row, context).facts}
    assert row.is_brief
    assert BY_ID["age"].text(row, context) == "?"
    assert facts["Opened"] == "between the two looks before it was known to have closed"
    assert facts["Duration"] == "unknown: shorter than the time between two looks"
    assert facts["History"] == "opened and closed between two looks"
    assert listed(row, context, 102.0, "host")["event"].keys().isdisjoint({"start", "duration"})


def test_times_that_were_told_are_shown() -> None:
    row, context = passed(100.75), Context(now=102.0)
    facts = {fact.label: fact.value for fact in about_connection(row, context).facts}
    assert not row.is_brief
    assert BY_ID["age"].text(row, context) == "0.2s"
    assert facts["Duration"] == "0.25 s"
    assert listed(row, context, 102.0, "host")["event"]["duration"] == 250_000_000
