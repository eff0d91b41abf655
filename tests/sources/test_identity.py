"""Which socket is which, against lists that the tests make up."""

from __future__ import annotations

import itertools

import psutil
import pytest

from tcpview_tui.model.connection import Connection
from tcpview_tui.model.process import Ancestor, Process
from tcpview_tui.sources import psutil_source
from tcpview_tui.sources.psutil_source import PsutilSource
from tests.sources.net import RawLine, raw, select_rows

HERE, THERE = ("10.0.0.1", 40000), ("10.0.0.2", 443)
PORT = ("0.0.0.0", 80)


class Machine:
    """Stands in for psutil and for the processes: what is in `lines` and `table` now."""

    refused = 0

    def __init__(self) -> None:
        self.lines: list[RawLine] = []
        self.table: dict[int, Process] = {}
        self.source = PsutilSource()

    def begin(self) -> None:
        pass

    def get(self, pid: int) -> Process | None:
        return self.table.get(pid)

    def look(self, *lines: RawLine) -> list[Connection]:
        """Look at a machine that has these lines."""
        self.lines = list(lines)
        return list(self.source.read().connections.values())

    def keys(self, *lines: RawLine) -> list[object]:
        """Look at a machine that has these lines and return their keys, in the same order."""
        found = {(c.local, c.state, c.owner and c.owner.pid): c.key for c in self.look(*lines)}
        places = [(line.laddr, psutil_source._STATES[line.status], line.pid) for line in lines]
        return [found[place] for place in places]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    fake = Machine()
    monkeypatch.setattr(psutil, "net_connections", lambda _: list(fake.lines))
    monkeypatch.setattr(fake.source, "_processes", fake)
    monkeypatch.setattr("sys.platform", "linux")
    for pid in range(2, 60):
        fake.table[pid] = Process(pid, float(pid), f"process-{pid}", parents=(Ancestor(1, "init"),))
    return fake


ONWARD = [
    (psutil.CONN_SYN_SENT, psutil.CONN_SYN_RECV),
    (psutil.CONN_SYN_SENT, psutil.CONN_ESTABLISHED),
    (psutil.CONN_SYN_RECV, psutil.CONN_ESTABLISHED),
    (psutil.CONN_SYN_RECV, psutil.CONN_CLOSE_WAIT),
    (psutil.CONN_ESTABLISHED, psutil.CONN_FIN_WAIT1),
    (psutil.CONN_ESTABLISHED, psutil.CONN_CLOSE_WAIT),
    (psutil.CONN_ESTABLISHED, psutil.CONN_TIME_WAIT),
    (psutil.CONN_ESTABLISHED, psutil.CONN_LAST_ACK),
    (psutil.CONN_FIN_WAIT1, psutil.CONN_FIN_WAIT2),
    (psutil.CONN_FIN_WAIT1, psutil.CONN_CLOSING),
    (psutil.CONN_FIN_WAIT2, psutil.CONN_TIME_WAIT),
    (psutil.CONN_CLOSING, psutil.CONN_TIME_WAIT),
    (psutil.CONN_CLOSE_WAIT, psutil.CONN_LAST_ACK),
]
STATES = sorted({state for pair in ONWARD for state in pair})
BACK = [
    (old, new)
    for old, new in itertools.permutations(STATES, 2)
    if new in {psutil.CONN_SYN_SENT, psutil.CONN_SYN_RECV, psutil.CONN_ESTABLISHED} and (old, new) not in ONWARD
] + [
    (psutil.CONN_TIME_WAIT, psutil.CONN_CLOSE_WAIT),
    (psutil.CONN_TIME_WAIT, psutil.CONN_FIN_WAIT1),
    (psutil.CONN_LAST_ACK, psutil.CONN_TIME_WAIT),
    (psutil.CONN_CLOSE_WAIT, psutil.CONN_FIN_WAIT1),
]


@pytest.mark.parametrize(("old", "new"), ONWARD)
def test_a_state_that_can_follow_is_the_same_connection(machine: Machine, old: str, new: str) -> None:
    assert machine.keys(raw(HERE, THERE, old, 9, 3)) == machine.keys(raw(HERE, THERE, new, 9, 3))


@pytest.mark.parametrize(("old", "new"), BACK)
def test_a_state_that_cannot_follow_is_another_connection(machine: Machine, old: str, new: str) -> None:
    assert machine.keys(raw(HERE, THERE, old, 9, 3)) != machine.keys(raw(HERE, THERE, new, 9, 3))


def test_established_with_a_pid_and_time_wait_without_are_one(machine: Machine) -> None:
    before = machine.keys(raw(HERE, THERE, psutil.CONN_ESTABLISHED, 9, 3))
    assert machine.keys(raw(HERE, THERE, psutil.CONN_TIME_WAIT)) == before


def test_time_wait_with_a_new_connection_in_its_place(machine: Machine) -> None:
    first = machine.keys(raw(HERE, THERE, psutil.CONN_ESTABLISHED, 9, 3))
    assert machine.keys(raw(HERE, THERE, psutil.CONN_TIME_WAIT)) == first
    second = machine.keys(raw(HERE, THERE, psutil.CONN_ESTABLISHED, 9, 3))
    assert second != first
    assert machine.keys(raw(HERE, THERE, psutil.CONN_ESTABLISHED, 9, 3)) == second


def test_what_was_gone_for_a_look_is_another_connection(machine: Machine) -> None:
    first = machine.keys(raw(HERE, THERE, psutil.CONN_ESTABLISHED, 9, 3))
    machine.keys()
    assert machine.keys(raw(HERE, THERE, psutil.CONN_ESTABLISHED, 9, 3)) != first


def test_equal_addresses_keep_their_keys_in_any_order(machine: Machine) -> None:
    lines = [raw(HERE, THERE, psutil.CONN_NONE, pid, 3, udp=True) for pid in (7, 8, 9)]
    before = machine.keys(*lines)
    assert len(set(before)) == 3
    assert machine.keys(*reversed(lines)) == before[::-1]
    assert machine.keys(lines[1]) == [before[1]]


def test_a_connection_handed_to_another_process_is_the_same(machine: Machine) -> None:
    before = machine.keys(raw(HERE, THERE, psutil.CONN_ESTABLISHED, 9, 3))
    assert machine.keys(raw(HERE, THERE, psutil.CONN_ESTABLISHED, 10, 4)) == before


def test_the_same_pid_goes_before_the_same_place(machine: Machine) -> None:
    old = [raw(HERE, THERE, psutil.CONN_ESTABLISHED, pid, 3) for pid in (7, 8)]
    new = [raw(HERE, THERE, psutil.CONN_CLOSE_WAIT, pid, 3) for pid in (8, 7)]
    before = machine.keys(*old)
    assert machine.keys(*new) == before[::-1]


def test_one_connection_is_continued_once(machine: Machine) -> None:
    before = machine.keys(raw(HERE, THERE, psutil.CONN_NONE, 7, 3, udp=True))
    after = machine.keys(*(raw(HERE, THERE, psutil.CONN_NONE, pid, 4, udp=True) for pid in (8, 9)))
    assert len(set(after)) == 2
    assert len(set(after) & set(before)) == 1


LISTEN = psutil.CONN_LISTEN


INIT = (Ancestor(1, "init"),)
MASTER = (Ancestor(7, "master"), *INIT)


@pytest.mark.parametrize(
    ("holder", "heir", "fd", "same"),
    [
        (Process(20, 1.0, "worker", parents=MASTER), Process(7, 0.5, "master", parents=INIT), 3, True),
        (Process(7, 0.5, "master", parents=INIT), Process(20, 1.0, "worker", parents=MASTER), 3, True),
        (Process(20, 1.0, "worker", parents=MASTER), Process(21, 2.0, "worker", parents=MASTER), 3, True),
        (Process(20, 1.0, "worker", parents=MASTER), Process(21, 2.0, "worker", parents=MASTER), 4, False),
        (Process(20, 1.0, "worker", parents=MASTER), Process(21, 2.0, "evil", parents=MASTER), 3, False),
        (Process(20, 1.0, "worker", parents=INIT), Process(21, 2.0, "worker", parents=INIT), 3, False),
        (Process(20, 1.0, "worker"), Process(21, 2.0, "worker"), 3, False),
        (Process(20, 1.0, "worker", parents=MASTER), Process(20, 9.0, "worker", parents=MASTER), 3, False),
    ],
    ids=["parent", "child", "sibling", "another descriptor", "another name", "both of init", "unknown", "reused pid"],
)
def test_a_listener_of_relatives_is_one(machine: Machine, holder: Process, heir: Process, fd: int, same: bool) -> None:
    machine.table[holder.pid] = holder
    before = machine.keys(raw(PORT, None, LISTEN, holder.pid, 3))
    machine.table[heir.pid] = heir
    assert (machine.keys(raw(PORT, None, LISTEN, heir.pid, fd)) == before) is same


def test_a_listener_whose_named_holder_ended_unseen_is_the_same(machine: Machine) -> None:
    before = machine.keys(raw(PORT, None, LISTEN, 9, 3))
    (row,) = machine.look(raw(PORT, None, LISTEN, 70, 3))
    assert (row.key, row.owners) == (before[0], ())
    assert machine.keys(raw(PORT, None, LISTEN, 9, 3)) == before


def test_without_descriptors_only_the_pid_tells_bound_sockets_apart(machine: Machine) -> None:
    machine.table[20] = Process(20, 1.0, "worker", parents=MASTER)
    machine.table[21] = Process(21, 2.0, "worker", parents=MASTER)
    assert machine.keys(raw(PORT, None, LISTEN, 20)) != machine.keys(raw(PORT, None, LISTEN, 21))


def test_a_listener_that_loses_its_owner_from_sight_is_not_claimed_by_a_stranger(machine: Machine) -> None:
    before = machine.keys(raw(PORT, None, LISTEN, 9, 3))
    assert machine.keys(raw(PORT, None, LISTEN)) != before


def test_a_listener_whose_owner_learns_more_of_itself_keeps_its_key(machine: Machine) -> None:
    line = raw(PORT, None, LISTEN, 9, 3)
    before = machine.keys(line)
    machine.table[9] = Process(9, 9.0, "renamed")
    assert machine.keys(line) == before
    (row,) = select_rows(machine.source.read(), PORT)
    assert row.owner
    assert row.owner.name == "renamed"
