from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.activity import LEAST_INTERVALS, Activity
from tcpview_tui.findings.attempts import PATIENCE, Attempts
from tcpview_tui.findings.burst import LEAST, WINDOW
from tcpview_tui.findings.pair import NOBODY, Program, pair_of
from tcpview_tui.findings.reach import is_nearby
from tcpview_tui.findings.series import INTERVALS, Chronicle
from tcpview_tui.model.connection import Direction, Namespace, State, Unowned
from tcpview_tui.model.process import Process
from tests.fakes import EPOCH
from tests.findings.workload import AGENT, gone, lived, moved, outgoing, seen_every

BEAT = [60.0 * turn for turn in range(LEAST_INTERVALS + 1)]


def fed(*beats: float, **facts: Any) -> Activity:
    activity = Activity()
    lived(activity, (outgoing(at, **facts) for at in beats))
    return activity


def test_intervals_are_told_with_all_that_is_known_of_them() -> None:
    ((series,), bursts) = fed(*BEAT).due(EPOCH + 500)
    assert series.pair.program == Program("/opt/agent", "root", None)
    assert series.pair.remote == "203.0.113.7:443"
    assert series.intervals == (60.0,) * LEAST_INTERVALS
    assert (series.opened, series.first, series.last) == (9, EPOCH, EPOCH + 480)
    assert (series.grain, series.processes) == (0.0, (AGENT,))
    assert bursts == []


def test_too_few_intervals_are_not_told() -> None:
    assert fed(*BEAT[:-1]).due(EPOCH + 500).series == []


def test_a_pair_is_told_again_only_when_it_had_news() -> None:
    activity = fed(*BEAT)
    assert len(activity.due(EPOCH + 500).series) == 1
    assert activity.due(EPOCH + 560).series == []
    lived(activity, [outgoing(540)])
    assert len(activity.due(EPOCH + 620).series) == 1


def test_a_program_that_cron_starts_again_and_again_is_one() -> None:
    runs = [Process(1000 + turn, 50.0 + turn, "sh", "root", "/bin/dash") for turn in range(12)]
    activity = Activity()
    lived(activity, (outgoing(60.0 * turn, process=run) for turn, run in enumerate(runs)))
    (series,) = activity.due(EPOCH + 800).series
    assert series.opened == 12
    assert series.processes == tuple(runs[-8:])


@pytest.mark.parametrize(
    "other",
    [
        {"remote": ("203.0.113.8", 443)},
        {"remote": ("203.0.113.7", 444)},
        {"transport": "udp"},
        {"process": replace(AGENT, user="alice")},
        {"process": replace(AGENT, executable="/opt/other")},
        {"process": replace(AGENT, container="docker:0123456789ab")},
    ],
)
def test_another_program_or_remote_is_another_pair(other: dict[str, Any]) -> None:
    activity = Activity()
    lived(activity, (outgoing(at, **other) if turn % 2 else outgoing(at) for turn, at in enumerate(BEAT)))
    assert activity.due(EPOCH + 500).series == []
    assert len(activity.chronicle) == 2


def test_the_same_address_in_another_namespace_is_another_remote() -> None:
    here = outgoing(0)
    there = replace(here, connection=replace(here.connection, namespace=Namespace(7, "web")))
    assert pair_of(here) != pair_of(there)


@pytest.mark.parametrize("direction", ["in", "listening"])
def test_what_comes_in_is_not_looked_at(direction: Direction) -> None:
    activity = fed(*BEAT, direction=direction)
    assert (len(activity.chronicle), len(activity.attempts)) == (0, 0)


@pytest.mark.parametrize(("remote", "local"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("192.0.2.5", "192.0.2.5")])
def test_this_machine_has_no_rhythm_with_itself(remote: str, local: str) -> None:
    activity = fed(*BEAT, remote=(remote, 8080), local=local)
    assert activity.due(EPOCH + 500).series == []
    assert len(activity.attempts) > 0


def test_six_connections_at_once_are_one_time() -> None:
    activity = Activity()
    lived(activity, (outgoing(at + part * 0.1) for at in BEAT for part in range(6)))
    (series,) = activity.due(EPOCH + 500).series
    assert series.intervals == (60.0,) * LEAST_INTERVALS


def test_a_connection_older_than_the_first_look_has_no_time() -> None:
    activity = Activity()
    activity.take([outgoing(0, preexisting=True)], [], [], EPOCH)
    lived(activity, (outgoing(10 + at) for at in BEAT))
    assert len(activity.attempts) == 9
    (series,) = activity.due(EPOCH + 500).series
    assert series.opened == 9


def test_a_clock_that_was_set_back_begins_anew() -> None:
    activity = fed(*(10_000 + at for at in BEAT[:5]), *BEAT)
    (series,) = activity.due(EPOCH + 500).series
    assert (series.first, series.intervals) == (EPOCH, (60.0,) * LEAST_INTERVALS)


def test_a_time_told_a_little_late_makes_no_interval() -> None:
    (series,) = fed(0, *BEAT[1:4], 100, *BEAT[4:]).due(EPOCH + 500).series
    assert series.intervals == (60.0,) * LEAST_INTERVALS


def test_how_exact_a_time_is_comes_of_the_looks_unless_it_was_told() -> None:
    activity = Activity()
    seen_every(activity, 2, 500, BEAT)
    (series,) = activity.due(EPOCH + 500).series
    assert series.grain == 2


def test_one_long_look_does_not_make_all_times_coarse() -> None:
    activity = Activity()
    for now in (*range(30), *range(4000, 4500)):
        rows = [outgoing(now, exact=False)] if now % 50 == 10 else []
        activity.take(rows, [], [], EPOCH + now)
    (series,) = activity.due(EPOCH + 4500).series
    assert series.grain == 1


def test_a_connection_waits_for_its_process() -> None:
    activity = Activity()
    for at in BEAT:
        row = outgoing(at, process=None)
        pending = replace(row, connection=replace(row.connection, unowned=Unowned.PENDING))
        activity.take([pending], [], [], EPOCH + at)
        activity.take([], [], [replace(row, owners=(AGENT,))], EPOCH + at + 1)
    (series,) = activity.due(EPOCH + 500).series
    assert series.processes == (AGENT,)
    assert series.intervals == (60.0,) * LEAST_INTERVALS


def test_a_connection_that_ended_before_its_process_was_known_is_nobodys() -> None:
    activity = Activity()
    for at in BEAT:
        row = outgoing(at, process=None)
        pending = replace(row, connection=replace(row.connection, unowned=Unowned.PENDING))
        activity.take([pending], [], [], EPOCH + at)
        assert len(activity.attempts) == BEAT.index(at)
        activity.take([], [gone(pending)], [], EPOCH + at + 1)
    (series,) = activity.due(EPOCH + 500).series
    assert series.pair.program == NOBODY
    assert series.processes == ()


def test_who_waits_for_a_process_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.findings.activity._WAITING_LIMIT", 3)
    activity = Activity()
    rows = [outgoing(n, ("203.0.113.7", n), process=None) for n in range(5)]
    pending = [replace(row, connection=replace(row.connection, unowned=Unowned.PENDING)) for row in rows]
    lived(activity, pending)
    assert len(activity.attempts) == 2
    activity.take([], [], [replace(row, owners=(AGENT,)) for row in rows], EPOCH + 5)
    assert len(activity.attempts) == 5


def test_a_flood_of_remotes_does_not_push_a_beacon_out() -> None:
    activity = Activity(Chronicle(limit=50))
    lived(activity, (outgoing(at) for at in BEAT[:5]))
    lived(activity, (outgoing(250 + n / 1000, ("198.51.100.1", 1024 + n)) for n in range(5000)))
    lived(activity, (outgoing(at) for at in BEAT[5:]))
    (series,) = activity.due(EPOCH + 500).series
    assert series.opened == 9
    assert activity.chronicle.dropped == 4950


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1e6)), max_size=200), st.integers(1, 5))
def test_memory_is_bounded_and_what_was_dropped_is_counted(openings: list[tuple[int, float]], limit: int) -> None:
    activity = Activity(Chronicle(limit), Attempts(limit))
    lived(activity, (outgoing(at, ("203.0.113.7", port)) for port, at in openings))
    assert len(activity.chronicle) <= 2 * limit
    assert len(activity.attempts) <= limit
    assert len(activity.attempts) + activity.attempts.dropped == len(openings)
    assert len(activity.due(EPOCH).series) <= limit


def test_the_times_of_one_pair_are_bounded() -> None:
    activity = fed(*(10.0 * turn for turn in range(2 * INTERVALS)))
    (series,) = activity.due(EPOCH).series
    assert len(series.intervals) == INTERVALS
    assert (series.opened, series.first) == (2 * INTERVALS, EPOCH)


def test_a_burst_counts_addresses_ports_and_failures() -> None:
    activity = Activity()
    rows = [outgoing(n / 10, (f"203.0.113.{n}", 22), state=State.SYN_SENT) for n in range(40)]
    rows += [outgoing(5, ("198.51.100.1", 1000 + n)) for n in range(30)]
    activity.take(rows, [], [], EPOCH + 5)
    activity.take([], [gone(row) for row in rows[:10]], [moved(rows[39], State.ESTABLISHED)], EPOCH + 6)
    (burst,) = activity.due(EPOCH + 3.5 + PATIENCE).bursts
    sweep, probe = burst.sweeps[0], burst.probes[0]
    assert (burst.all.tries, burst.all.addresses, burst.all.ports) == (70, 41, 31)
    assert (sweep.port, sweep.tries, sweep.fresh) == (22, 40, 40)
    assert sweep.lasted == pytest.approx(3.9)
    assert (sweep.failed, sweep.dead) == (36, 36)
    assert (probe.address, probe.ports, probe.failed) == ("198.51.100.1", 30, 0)
    assert burst.targets == ()
    assert burst.process == AGENT


def test_a_busy_program_does_not_push_out_what_others_tried() -> None:
    activity = Activity(attempts=Attempts(limit=200, share=100))
    lived(activity, (outgoing(n / 100, ("203.0.113.7", n)) for n in range(30)))
    busy = replace(AGENT, executable="/usr/sbin/proxy")
    lived(activity, (outgoing(1 + n / 100, ("10.0.0.7", 80), busy) for n in range(2000)))
    assert {burst.program.name: burst.all.tries for burst in activity.due(EPOCH + 30).bursts} == {
        "agent": 30,
        "proxy": 100,
    }
    assert activity.dropped == 1900


def test_who_is_still_waited_for_is_judged_again() -> None:
    activity = Activity()
    activity.take([outgoing(0, ("203.0.113.7", n), state=State.SYN_SENT) for n in range(LEAST)], [], [], EPOCH)
    assert activity.due(EPOCH + 1).bursts[0].all.failed == 0
    assert activity.due(EPOCH + 61).bursts[0].all.failed == LEAST
    assert activity.due(EPOCH + 121).bursts == []
    assert len(activity.attempts) == 0


def test_a_refused_connection_and_one_that_passed_unseen_are_told_apart() -> None:
    activity = Activity()
    refused = [gone(outgoing(0, ("203.0.113.7", n), state=State.SYN_SENT)) for n in range(LEAST)]
    unseen = [gone(outgoing(0, ("203.0.113.8", n), state=State.CLOSED)) for n in range(LEAST)]
    activity.take(refused + unseen, refused + unseen, [], EPOCH)
    assert activity.due(EPOCH + 1).bursts[0].all.failed == LEAST


@pytest.mark.parametrize("start", [0, 30, 59])
def test_a_burst_at_the_border_of_a_minute_is_whole(start: int) -> None:
    activity = Activity()
    rows = [outgoing(start + n / 2, ("203.0.113.7", n)) for n in range(100)]
    most = 0
    for now in range(200):
        activity.take([row for row in rows if row.first_seen == EPOCH + now], [], [], EPOCH + now)
        activity.take([row for row in rows if row.first_seen == EPOCH + now + 0.5], [], [], EPOCH + now + 0.5)
        if now % 60 == 0:
            most = max([most, *(burst.all.tries for burst in activity.due(EPOCH + now).bursts)])
    assert most == 100


def test_a_burst_is_no_longer_than_its_window() -> None:
    activity = fed(*(float(n) for n in range(110)))
    (burst,) = activity.due(EPOCH + 110).bursts
    assert burst.all.lasted == WINDOW
    assert burst.all.tries == 61


def test_an_address_seen_before_is_not_fresh() -> None:
    ends = [("203.0.113.7", port) for port in range(LEAST)]
    activity = Activity()
    lived(activity, (outgoing(0, end) for end in ends))
    assert activity.due(EPOCH).bursts[0].all.fresh == 1
    lived(activity, (outgoing(500, end) for end in ends))
    assert activity.due(EPOCH + 500).bursts[0].all.fresh == 0


@pytest.mark.parametrize(
    ("address", "nearby"),
    [
        ("10.1.2.3", True), ("192.168.0.1", True), ("127.0.0.9", True), ("169.254.169.254", True), ("100.64.0.1", True),
        ("fe80::1%eth0", True), ("fd00::1", True), ("::1", True), ("nonsense", True),
        ("203.0.113.7", False), ("8.8.8.8", False), ("2606:4700::1", False), ("172.32.0.1", False),
    ],
)  # fmt: skip
def test_what_is_nearby(address: str, nearby: bool) -> None:
    assert is_nearby(address) is nearby
