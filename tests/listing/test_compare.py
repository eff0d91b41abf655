"""Two states side by side: what counts as the same, as another, and as changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.listing.compare import USUAL, Entry, Finding, Side, Verdict, Yardstick
from tcpview_tui.model.columns import Context
from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.row import Row
from tests.fakes import CURL, NGINX, connection, listener
from tests.model.rows import rows as any_rows


def row(told: Connection, direction: str = "out") -> Row:
    way = "listening" if told.is_listening else direction
    return Row(1, told, way, 0.0, owners=told.owners)  # type: ignore[arg-type]


def findings(before: Iterable[Row], now: Iterable[Row], *columns: str) -> list[Finding]:
    yardstick = Yardstick(columns, usual=False) if columns else Yardstick()
    return yardstick.findings(Side(before, Context()), Side(now, Context()))


def verdicts(found: Iterable[Finding]) -> list[Verdict]:
    return [each.verdict for each in found]


def test_a_listener_more_is_new_and_one_less_is_gone() -> None:
    web, other = row(listener(1, 8080)), row(listener(2, 4444, (CURL,)))
    (found,) = findings([web], [web, other])
    assert (found.verdict, found.entry.row, found.before) == (Verdict.NEW, other, None)
    assert verdicts(findings([web, other], [web])) == [Verdict.GONE]
    assert findings([web, other], [other, web]) == []


def test_another_process_at_the_same_port_is_a_change() -> None:
    (found,) = findings([row(listener(1, 8080))], [row(listener(2, 8080, (CURL,)))])
    assert found.verdict is Verdict.CHANGED
    assert found.before is not None
    assert (found.before.values[0], found.entry.values[0]) == ("nginx", "curl")


def test_a_program_that_was_started_again_is_the_same() -> None:
    again = replace(NGINX, pid=9000, started=5e8, command_line="nginx: master")
    assert findings([row(listener(1, 8080))], [row(listener(2, 8080, (again,)))]) == []


def test_ports_that_a_system_lends_do_not_count() -> None:
    calls = [row(connection(number, local=("10.0.0.5", 50_000 + number))) for number in range(9)]
    assert findings(calls[:1], calls[1:]) == []
    came = [row(connection(number, local=("10.0.0.5", 443), remote=("10.0.0.9", number)), "in") for number in (1, 2)]
    assert findings(came[:1], came[1:]) == []
    assert verdicts(findings(calls[:1], [row(connection(1, remote=("93.184.216.34", 80)))])) == ["gone", "new"]


def test_what_only_the_kernel_has_does_not_count_unless_columns_are_chosen() -> None:
    ended = row(connection(1, State.TIME_WAIT, owners=()))
    assert findings([], [ended]) == []
    assert verdicts(findings([], [ended], "remote")) == [Verdict.NEW]


def test_columns_that_are_chosen_count_exactly() -> None:
    here, there = (row(connection(1, local=("10.0.0.5", port))) for port in (50_000, 50_001))
    assert verdicts(findings([here], [there], "process", "lport")) == ["gone", "new"]
    assert findings([here], [there], "process", "rport") == []


def test_without_a_place_nothing_changes_into_something_else() -> None:
    assert verdicts(findings([row(connection(1))], [row(listener(1, 1))], "process")) == ["gone", "new"]


def test_of_several_at_a_place_those_that_stayed_are_no_change() -> None:
    before, now = [row(listener(1, 53))], [row(listener(1, 53)), row(listener(2, 53, (CURL,)))]
    assert verdicts(findings(before, now)) == [Verdict.NEW]
    assert verdicts(findings(now, before)) == [Verdict.GONE]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(any_rows(), max_size=8), st.lists(any_rows(), max_size=8))
def test_findings_turn_the_one_state_into_the_other(before: list[Row], now: list[Row]) -> None:
    yardstick, nothing = Yardstick((*USUAL, "pid", "state"), usual=False), Context()
    old = {tuple(each.values) for each in entries(yardstick, before)}
    new = {tuple(each.values) for each in entries(yardstick, now)}
    found = yardstick.findings(Side(before, nothing), Side(now, nothing))
    assert {f.entry.values for f in found if f.verdict is not Verdict.GONE} == new - old
    gone = {f.entry.values for f in found if f.verdict is Verdict.GONE}
    assert gone | {f.before.values for f in found if f.before} == old - new
    assert findings(now, now) == []


def entries(yardstick: Yardstick, rows: list[Row]) -> list[Entry]:
    nothing = Context()
    return [each.entry for each in yardstick.findings(Side([], nothing), Side(rows, nothing))]
