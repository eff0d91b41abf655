from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.comparison import Comparison
from tcpview_tui.findings.baseline.traits import Networks
from tcpview_tui.findings.rule import Hit, Rule, Severity
from tcpview_tui.findings.rules.lasting import DAY
from tcpview_tui.findings.table import OF_STANDING, PROCESS_RULES
from tcpview_tui.judging import connections as module
from tcpview_tui.judging.connections import Connections
from tcpview_tui.judging.verdict import Rules
from tcpview_tui.lookup.lists.folder import Lists
from tcpview_tui.model.column import Context
from tcpview_tui.model.connection import Direction, State, Unowned
from tcpview_tui.model.row import Row
from tests.fakes import CURL, EPOCH, NGINX, FakeClock
from tests.judging.cases import Court, closed, gauge, row
from tests.lookup.lists.gated import UNREAD, GatedLists


@pytest.fixture
def court() -> Court:
    return made()


def made(rules: Rules | None = None, lists: Lists | None = None, comparison: Any = lambda: None) -> Court:
    panel = Connections(rules or Rules(), lists, comparison, lambda of: f"{of.pid:064x}")
    panel._lacks.is_root = True
    return Court(panel)


def ownerless(key: object, unowned: Unowned | None = Unowned.KERNEL) -> Any:
    seen = row(key, remote=("8.8.8.8", 4444))
    return replace(seen, owners=(), connection=replace(seen.connection, owners=(), unowned=unowned))


def test_a_row_is_judged_once_when_it_opens_and_when_it_changes(court: Court) -> None:
    assert court.look(seen := row(1)) == 1
    assert [court.look(at=EPOCH + second) for second in range(1, 5)] == [0, 0, 0, 0]
    assert court.look(replace(seen, touched=5), at=EPOCH + 5) == 1


def test_a_row_that_changed_often_is_judged_once_a_minute_all_the_same(court: Court) -> None:
    seen = row(1)
    for second in range(50):
        court.look(replace(seen, touched=second), at=EPOCH + second)
    judged = [court.look(at=EPOCH + second, gauges={1: gauge(second)}) for second in range(50, 250)]
    assert sum(judged) == 3


def test_a_row_of_which_nothing_is_new_is_not_judged_again(court: Court) -> None:
    court.take(row(1))
    assert sum(court.look(at=EPOCH + second) for second in range(0, 600, 10)) == 1


def test_an_upload_is_found_within_the_minute(court: Court) -> None:
    court.look(seen := row(1))
    court.look(at=EPOCH + 30, gauges={1: gauge(20 << 20, 100)})
    assert court.rules(seen) == []
    court.look(at=EPOCH + 60)
    assert court.rules(seen) == ["upload"]
    assert court.register.findings[0].digest == f"{CURL.pid:064x}"


def test_a_row_is_judged_when_it_is_a_day_old_and_each_hour_after(court: Court) -> None:
    court.take(seen := row(1))
    judged = [court.look(at=EPOCH + second) for second in range(0, int(DAY) - 60, 60)]
    assert (sum(judged), court.rules(seen)) == (1, [])
    after = [court.look(at=EPOCH + DAY + second) for second in range(0, 7200, 60)]
    assert (sum(after), court.rules(seen)) == (2, ["long-connection"])


def test_a_socket_without_owner_is_told_after_ten_seconds_and_two_looks(court: Court) -> None:
    seen = ownerless(1)
    court.look(seen, at=EPOCH)
    court.look(at=EPOCH + 9.9)
    assert court.rules(seen) == []
    court.look(at=EPOCH + 10)
    assert court.rules(seen) == ["ownerless"]


def test_that_rows_are_gone_from_the_screen_is_no_look(court: Court) -> None:
    seen = ownerless(1)
    court.look(seen, row(2), at=EPOCH)
    for second in range(1, 13):
        court.look(gone=[2], at=EPOCH + second)
    assert court.rules(seen) == []


def test_a_row_that_gets_its_owner_later_is_told_no_more(court: Court) -> None:
    seen = ownerless(1)
    court.look(seen, at=EPOCH)
    court.look(at=EPOCH + 10)
    assert court.rules(seen) == ["ownerless"]
    owned = replace(seen, owners=(CURL,), connection=replace(seen.connection, owners=(CURL,)))
    court.look(owned, at=EPOCH + 11)
    assert court.rules(owned) == []
    court.look(replace(seen, touched=9), at=EPOCH + 12)
    court.look(at=EPOCH + 15)
    assert court.rules(seen) == []  # the ten seconds begin anew


def test_without_root_nobody_can_tell(court: Court) -> None:
    panel = court.panel
    assert isinstance(panel, Connections)
    panel._lacks.is_root = False
    seen = ownerless(1, Unowned.OTHER_USER)
    court.take(seen)
    assert sum(court.look(at=EPOCH + second) for second in range(0, 300, 10)) <= 2
    gaps = {each.reason: each.rules for each in court.register.unchecked_of(seen)}
    assert gaps.pop("The owners of all sockets are told to root only.") == ("ownerless",)
    ((reason, rules),) = ((reason, rules) for reason, rules in gaps.items() if "deleted-exe" in rules)
    assert rules == tuple(rule.id for rule in PROCESS_RULES)
    assert reason == f"Its process is not known: {Unowned.OTHER_USER}."


@pytest.mark.parametrize(
    ("unowned", "state", "is_root", "is_open"),
    [
        (Unowned.HIDDEN, State.ESTABLISHED, True, True),
        (None, State.ESTABLISHED, False, True),
        (None, State.ESTABLISHED, True, False),
        (Unowned.ENDED, State.FIN_WAIT_2, False, False),
        (Unowned.QUEUED, State.ESTABLISHED, False, False),
        (Unowned.KERNEL, State.ESTABLISHED, False, False),
        (None, State.TIME_WAIT, False, False),
    ],
)
def test_rules_of_processes_are_unanswered_only_where_there_must_be_one(
    unowned: Unowned | None, state: State, is_root: bool, is_open: bool, court: Court
) -> None:
    panel = court.panel
    assert isinstance(panel, Connections)
    panel._lacks.is_root = is_root
    seen = ownerless(1, unowned)
    seen = replace(seen, connection=replace(seen.connection, state=state))
    court.take(seen)
    court.look(at=EPOCH)
    assert any("deleted-exe" in each.rules for each in court.register.unchecked_of(seen)) == is_open


def test_a_mark_judges_all_rows_anew(court: Court) -> None:
    waiting = row(1, NGINX, local=("0.0.0.0", 80), remote=None, state=State.LISTEN, at=EPOCH + 5)
    court.look(waiting, row(2), at=EPOCH + 5)
    assert court.look(at=EPOCH + 6, marked=EPOCH + 1) == 2
    assert court.rules(waiting) == ["new-listener"]
    assert court.look(at=EPOCH + 7, marked=EPOCH + 1) == 0
    court.look(at=EPOCH + 8, marked=None)
    assert court.rules(waiting) == []


def test_a_baseline_judges_all_rows_anew_and_counts_those_outside() -> None:
    found: list[Comparison | None] = [None]
    court = made(comparison=lambda: found[0])
    panel = court.panel
    assert isinstance(panel, Connections)
    seen = row(1)
    court.look(seen, row(2))
    found[0] = Comparison(Baseline())
    assert court.look(at=EPOCH + 1) == 2
    assert (court.rules(seen), panel.outside) == (["new-program"], {1, 2})
    court.look(gone=[2])
    assert panel.outside == {1}


def test_first_contact_with_a_network_is_told_once_however_many_connections_there_are() -> None:
    known = row(0)
    baseline = Baseline()
    baseline.learn([known], Context(), "web1", EPOCH, Networks())
    comparison = Comparison(baseline)
    court = made(comparison=lambda: comparison)
    fifty = [row(key, remote=(f"198.51.100.{key}", 443)) for key in range(1, 51)]
    other = row(51, remote=("198.51.101.1", 443))
    court.look(known, *fifty, other)
    assert {each.rule for each in court.register.findings} == {"first-contact"}
    assert sorted(each.name for each in court.register.findings) == [
        f"/usr/bin/curl in session-*.scope  to 198.51.{number}.0/24 tcp/443" for number in (100, 101)
    ]
    assert all(court.rules(each) == ["first-contact"] for each in (*fifty, other))
    assert court.rules(known) == []
    court.look(gone=range(1, 50))
    assert len(court.register.findings) == 2
    court.look(gone=[50])
    assert len(court.register.findings) == 1


def test_a_program_that_is_new_is_told_once_however_many_connections_it_has() -> None:
    comparison = Comparison(Baseline())
    court = made(comparison=lambda: comparison)
    court.look(*[row(key, remote=(f"198.51.{key}.1", 443)) for key in range(50)])
    assert [each.rule for each in court.register.findings] == ["new-program"]


def test_a_list_that_has_come_judges_all_rows_anew(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("93.184.216.0/24\n")
    lists = Lists(tmp_path, FakeClock())
    court = made(lists=lists)
    court.take(seen := row(1))
    assert lists.wait(20)
    court.due()
    court.look()
    assert court.rules(seen) == ["listed-address"]


@pytest.mark.parametrize(
    ("state", "said", "told"),
    [
        (State.TIME_WAIT, None, "has a connection with"),  # the listener that it came to may be gone
        (State.TIME_WAIT, "out", "connected to"),
        (State.ESTABLISHED, None, "connected to"),
    ],
)
def test_who_opened_a_connection_is_not_said_where_nobody_knows(
    tmp_path: Path, state: State, said: Direction | None, told: str
) -> None:
    (tmp_path / "own.txt").write_text("8.8.8.8\n")
    lists = Lists(tmp_path, FakeClock())
    court = made(lists=lists)
    lists.refresh()
    assert lists.wait(20)
    seen = row(1, remote=("8.8.8.8", 51111), state=state)
    court.look(replace(seen, connection=replace(seen.connection, direction=said)))
    assert [each.sentence.partition(" 8.8.8.8")[0] for each in court.register.findings] == [told]


def unread(court: Court, of: Row) -> list[str]:
    return [each.reason for each in court.register.unchecked_of(of) if "listed-address" in each.rules]


def test_while_the_lists_are_read_nobody_can_tell_and_then_it_is_judged_again(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("93.184.216.0/24\n")
    lists = GatedLists(tmp_path)
    court = made(lists=lists)
    seen, twin, private = row(1), row(2, remote=("8.8.8.8", 443)), row(3, remote=("10.0.0.1", 443))
    assert [court.look(seen, twin, private), court.look(), court.look()] == [3, 0, 0]
    assert [unread(court, of) for of in (seen, twin, private)] == [[UNREAD], [UNREAD], []]
    lists.finish()
    assert [court.look(), court.look()] == [3, 0]
    assert [court.rules(of) for of in (seen, twin, private)] == [["listed-address"], [], []]
    assert [unread(court, of) for of in (seen, twin, private)] == [[], [], []]


def test_where_there_are_no_lists_those_are_judged_again_of_whom_nobody_could_tell(tmp_path: Path) -> None:
    lists = GatedLists(tmp_path)
    court = made(lists=lists)
    seen, private = row(1), row(2, remote=("10.0.0.1", 443))
    court.look(seen, private)
    assert unread(court, seen) == [UNREAD]
    lists.finish()
    assert [court.look(), court.look()] == [1, 0]
    assert unread(court, seen) == []


def test_where_there_are_no_lists_nobody_is_judged_twice(tmp_path: Path) -> None:
    lists = Lists(tmp_path / "none", FakeClock())
    court = made(lists=lists)
    court.take(row(1), row(2))
    assert lists.wait(20)
    assert [court.due(), court.look()] == [2, 0]


def test_a_list_that_is_read_counts_before_the_others_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bad.txt").write_text("93.184.216.0/24\n")
    lists = Lists(tmp_path, FakeClock())
    lists.refresh()
    assert lists.wait(20)
    monkeypatch.setattr(lists, "unread", UNREAD)
    court = made(lists=lists)
    seen, other = row(1), row(2, remote=("8.8.8.8", 443))
    court.look(seen, other)
    assert court.rules(seen) == ["listed-address"]
    assert [unread(court, seen), unread(court, other)] == [[], [UNREAD]]
    court.look(gone=[2])
    panel = court.panel
    assert isinstance(panel, Connections)
    assert panel._unread == {1}


def test_what_was_found_first_keeps_its_time_until_the_key_is_that_of_another(court: Court) -> None:
    seen = row(1)
    court.look(seen, gauges={1: gauge(20 << 20)}, at=EPOCH)
    court.look(replace(seen, touched=2), at=EPOCH + 5)
    assert court.register.of(seen)[0].since == EPOCH
    court.look(again := row(1), gauges={1: gauge(20 << 20)}, at=EPOCH + 9)
    assert court.register.of(again)[0].since == EPOCH + 9


def test_a_rule_that_raises_is_switched_off_for_that_row_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(standing: Any) -> Hit:
        if standing.row.key == 1:
            raise ValueError
        return Hit("found")

    bad: Rule[Any] = Rule("bad", 1, "Bad", "connection", "", Severity.HIGH, "T1014", "", check)
    monkeypatch.setattr(module, "OF_STANDING", (bad, *OF_STANDING))
    rules = Rules()
    court = made(rules)
    one, two = row(1), row(2)
    for second in range(3):
        court.look(replace(one, touched=second), replace(two, touched=second), gauges={1: gauge(20 << 20)})
    assert rules.failed == {"bad": 1}
    assert (court.rules(one), court.rules(two)) == (["upload"], ["bad"])


def test_counters_of_rows_that_are_not_there_are_not_kept(court: Court) -> None:
    court.look(row(1), gauges={1: gauge(1), 99: gauge(1)})
    court.look(gone=[1], gauges={1: gauge(2)})
    panel = court.panel
    assert isinstance(panel, Connections)
    assert (panel._gauges, panel._moved) == ({}, set())


steps = st.lists(st.tuples(st.integers(1, 5), st.sampled_from("onckg"), st.integers(0, 40)), max_size=50)


@given(steps)
@settings(max_examples=60, deadline=None)
def test_nothing_is_left_when_all_rows_are_gone(steps: list[tuple[int, str, int]]) -> None:
    court, at = made(comparison=(comparison := Comparison(Baseline())) and (lambda: comparison)), EPOCH
    for key, what, seconds in steps:
        at += seconds
        seen = {"n": ownerless(key), "c": closed(row(key)), "k": row(key, ordinal=key)}.get(what, row(key))
        court.look(
            *(() if what == "g" else (seen,)), gone=[key] if what == "g" else (), at=at, gauges={key: gauge(20 << 20)}
        )
    assert bool(court.register.findings) <= bool(steps)
    court.look(gone=range(1, 6), at=at + 1)
    court.look(at=at + 120)
    panel = court.panel
    assert isinstance(panel, Connections)
    assert not court.register._told
    left = (
        panel._rows,
        panel._gauges,
        panel._moved,
        panel._lacks._lacks,
        panel._lacks._ripening,
        panel.outside,
        panel._gone,
    )
    assert not any(left)
    assert len(panel._turns) == 0
