"""Announcements and connections, matched: final counters at the right one, and nothing told twice."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Connection, Key, Namespace, State, Unowned
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.snapshot import Passed, Snapshot
from tcpview_tui.sources import last_words
from tcpview_tui.sources.brief import Told, Trace
from tcpview_tui.sources.farewells import Farewell
from tcpview_tui.sources.last_words import Added, LastWords
from tcpview_tui.sources.seen import SocketId
from tcpview_tui.sources.tcp_info import Measured
from tests.fakes import FakeClock, connection

OWN, BLUE = 1, Namespace(7, "blue")
AT = 50.0


def said(cookie: int, namespace: int = OWN, port: int = 50000, far_port: int = 443) -> tuple[SocketId, Farewell]:
    ends = socket.inet_aton("10.0.0.5").ljust(16, b"\0") + socket.inet_aton("93.184.216.34").ljust(16, b"\0")
    names = struct.pack("!HH", port, far_port) + ends + bytes(12)
    measured = Measured(State.CLOSED, bytes(8), struct.pack("=Q", cookie))
    return SocketId(namespace, cookie), Farewell(cookie, 4, names, 0, measured)


def row(cookie: int, state: State = State.ESTABLISHED, namespace: Namespace | None = None, **facts: Any) -> Connection:
    key = SocketId(namespace.inode if namespace else OWN, cookie)
    return replace(connection(key, state), namespace=namespace, **facts)


class Words:
    """Settles look after look, with what is there."""

    def __init__(self, trace: Trace = Trace.NONE) -> None:
        self.words = LastWords(OWN)
        self.there: dict[Any, Connection] = {}
        self.trace = trace

    def look(
        self,
        *there: Connection,
        said: Iterable[tuple[SocketId, Farewell]] = (),
        passed: Iterable[Passed] = (),
        fins: Iterable[Key] = (),
        at: float = AT,
    ) -> Added:
        before, self.there = self.there, {each.key: each for each in there}
        fresh = [each for each in there if each.key not in before]
        gone = [each for key, each in before.items() if key not in self.there]
        told = Told({}, (*passed,), frozenset(fins), self.trace)
        return self.words.settle([*said], self.there, fresh, gone, told, at)


def told(added: Added) -> dict[int, int]:
    """Return by the cookie of a connection that of the announcement that it got."""
    assert all(isinstance(key, SocketId) for key in added.measures)
    pairs: list[tuple[Any, Any]] = list(added.measures.items())
    return {key.cookie: struct.unpack("=Q", measure.info)[0] for key, measure in pairs}


OVER = [row(2, State.TIME_WAIT), row(2, State.FIN_WAIT_2, unowned=Unowned.ENDED)]


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("trace", Trace)
def test_what_is_over_when_first_seen_gets_its_counters_and_has_not_passed(over: Connection, trace: Trace) -> None:
    added = Words(trace).look(over, said=[said(1)])
    assert (told(added), added.passed) == ({2: 1}, ())


@pytest.mark.parametrize("over", OVER)
def test_its_announcement_can_come_one_look_later_and_no_second_is_its_own(over: Connection) -> None:
    words = Words()
    words.look(over)
    added = words.look(over, said=[said(1), said(3)])
    assert told(added) == {2: 1, 3: 3}
    assert [each.connection.key for each in added.passed] == [SocketId(OWN, 3)]
    assert told(words.look(over, said=[said(4)])) == {4: 4}


@pytest.mark.parametrize("other", [row(2), row(2, State.FIN_WAIT_2), row(2, State.TIME_WAIT, BLUE)])
def test_what_goes_on_or_is_elsewhere_is_another_connection(other: Connection) -> None:
    added = Words().look(other, said=[said(1)])
    assert told(added) == {1: 1}
    assert len(added.passed) == 1


def test_a_late_announcement_brings_no_row_back() -> None:
    words = Words()
    words.look(row(1), row(2), row(3))
    assert told(words.look(row(2), row(3), said=[said(2)])) == {2: 2}
    words.look(row(3))
    assert told(words.look(row(3), said=[said(2)])) == {2: 2}
    for _ in range(20):
        words.look(row(3))
    assert words.look(row(3), said=[said(1)]) == Added({}, ())


def test_what_is_gone_is_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_words, "REMEMBERED", 2)
    words = Words()
    words.look(row(1), row(2), row(3))
    for _ in range(3):
        words.look()
    added = words.look(said=[said(1), said(2), said(3)])
    assert [each.connection.key for each in added.passed] == [SocketId(OWN, 1)]


@pytest.mark.parametrize("trace", Trace)
def test_what_the_kernel_has_cleared_has_not_passed(trace: Trace) -> None:
    words = Words(trace)
    assert words.look(said=[said(1, far_port=0)]) == Added({}, ())
    assert words.look() == Added({}, ())


def test_what_only_an_announcement_tells_has_its_end_and_no_beginning() -> None:
    (passed,) = Words().look(said=[said(1)]).passed
    assert (passed.connection.opened_at, passed.closed_at) == (None, AT)
    assert passed.connection.namespace is None
    table = LiveTable(FakeClock())
    table.apply(Snapshot(1, AT - 2, {}))
    table.apply(Snapshot(2, AT + 1, {}, passed=(passed,)))
    (row,) = table.rows.values()
    assert (row.first_seen, row.closed_at) == (AT, AT)


def test_what_only_an_announcement_tells_is_in_its_namespace() -> None:
    words = Words()
    words.look(row(9, State.LISTEN, BLUE))
    added = words.look(said=[said(1, BLUE.inode), said(2, 8)])
    assert [each.connection.namespace for each in added.passed] == [BLUE, Namespace(8)]


@pytest.mark.parametrize("is_late", [False, True])
def test_a_life_that_passed_takes_counters_and_namespace_of_its_announcement(is_late: bool) -> None:
    words = Words(Trace.WHOLE)
    there = row(9, State.LISTEN, BLUE)
    words.look(there)
    life = Passed(replace(connection(SocketId(0, 5)), opened_at=1.0, namespace=UNKNOWN_NAMESPACE), 2.0)
    announced = [said(1, BLUE.inode)]
    if is_late:
        assert words.look(there, said=announced) == Added({}, ())
    added = words.look(there, said=() if is_late else announced, passed=[life])
    assert told(added) == {5: 1}
    assert added.passed == (Passed(replace(life.connection, namespace=BLUE), 2.0),)


def test_beside_other_events_a_stranger_waits_one_look_and_is_nobody() -> None:
    words = Words(Trace.WHOLE)
    assert words.look(said=[said(1)]) == words.look() == Added({}, ())
    life = Passed(connection(SocketId(0, 5)), 2.0)
    assert words.look(passed=[life]) == Added({}, (life,))


def test_what_a_trace_with_gaps_does_not_tell_is_told_after_one_look_and_once() -> None:
    words = Words(Trace.GAPS)
    assert words.look(said=[said(1)], at=AT) == Added({}, ())
    words.trace = Trace.WHOLE
    added = words.look(said=[said(2)], at=AT + 1)
    assert told(added) == {1: 1}
    assert [(each.connection.key, each.closed_at) for each in added.passed] == [(SocketId(OWN, 1), AT)]
    assert words.look(said=[said(1)], at=AT + 2) == words.look(at=AT + 3) == Added({}, ())


def test_a_process_that_closes_its_socket_long_after_brings_no_row_back_but_counters() -> None:
    words = Words(Trace.WHOLE)
    life = Passed(connection(SocketId(0, 5)), 2.0)
    words.look(passed=[life])
    words.look()
    words.trace = Trace.GAPS
    words.look(said=[said(1)])
    added = words.look()
    assert (told(added), added.passed) == ({5: 1}, ())


def test_of_several_that_passed_between_the_same_ends_each_has_the_counters_of_its_namespace() -> None:
    words = Words(Trace.WHOLE)
    words.look(row(9, State.LISTEN, BLUE))
    own = Passed(connection(SocketId(0, 5)), 2.0)
    away = Passed(replace(own.connection, key=SocketId(0, 6), namespace=Namespace(BLUE.inode)), 2.0)
    added = words.look(said=[said(1, BLUE.inode), said(2)], passed=[own, away])
    assert told(added) == {6: 1, 5: 2}
    assert [each.connection.namespace for each in added.passed] == [None, BLUE]


def test_the_name_of_a_namespace_needs_no_announcement() -> None:
    words = Words(Trace.WHOLE)
    words.look(row(9, State.LISTEN, BLUE))
    away = Passed(replace(connection(SocketId(0, 6)), namespace=Namespace(BLUE.inode)), 2.0)
    assert [each.connection.namespace for each in words.look(passed=[away]).passed] == [BLUE]


def test_a_namespace_of_which_nothing_is_left_has_no_name_that_another_could_inherit() -> None:
    words = Words(Trace.WHOLE)
    words.look(row(9, State.LISTEN, BLUE))
    words.look()
    away = Passed(replace(connection(SocketId(0, 6)), namespace=Namespace(BLUE.inode)), 2.0)
    assert [each.connection.namespace for each in words.look(passed=[away]).passed] == [Namespace(BLUE.inode)]


def test_of_several_in_an_unknown_namespace_nobody_gets_what_may_be_the_others() -> None:
    words = Words(Trace.WHOLE)
    first = Passed(replace(connection(SocketId(0, 5)), namespace=UNKNOWN_NAMESPACE), 2.0)
    second = Passed(replace(first.connection, key=SocketId(0, 6)), 3.0)
    assert words.look(said=[said(1), said(2, BLUE.inode)], passed=[first, second]) == Added({}, (first, second))
    assert words.look() == Added({}, ())
    added = words.look(said=[said(3), said(4)], passed=[first, second])
    assert (told(added), {each.connection.namespace for each in added.passed}) == ({5: 3, 6: 4}, {None})


def test_what_is_in_an_unknown_namespace_stays_there_unless_it_is_announced() -> None:
    words = Words(Trace.WHOLE)
    unknown = Passed(replace(connection(SocketId(0, 5)), namespace=UNKNOWN_NAMESPACE), 2.0)
    elsewhere = Passed(replace(unknown.connection, key=SocketId(0, 6), namespace=Namespace(8)), 2.0)
    assert words.look(passed=[unknown]).passed == (unknown,)
    for passed in ([unknown, elsewhere], [elsewhere, unknown]):
        added = words.look(said=[said(1)], passed=passed)
        assert told(added) == {5: 1}
        places = {each.connection.key: each.connection.namespace for each in added.passed}
        assert places == {SocketId(0, 5): None, SocketId(0, 6): Namespace(8)}


def fins(added: Added) -> dict[Any, bool]:
    """Return by the cookie of a connection whether the end of the other side is taken off what it has received."""
    pairs: list[tuple[Any, Any]] = list(added.measures.items())
    return {key.cookie: measure.state is State.LAST_ACK for key, measure in pairs}


def test_the_fin_of_the_other_end_is_no_byte_where_it_is_known_of() -> None:
    words = Words(Trace.WHOLE)
    words.look(row(1, State.CLOSE_WAIT), row(2), row(3))
    life = Passed(connection(SocketId(0, 5), local=("10.0.0.5", 7)), 2.0)
    ends = [said(1), said(2), said(4, port=7)]
    added = words.look(row(3), said=ends, passed=[life], fins=[SocketId(0, 5)])
    assert fins(added) == {1: True, 2: False, 5: True}
    assert fins(words.look(said=[said(3)], fins=[SocketId(OWN, 3)])) == {3: True}


@pytest.mark.parametrize(
    ("state", "unread", "told"),
    [
        (State.TIME_WAIT, 1, True),
        (State.TIME_WAIT, 0, False),
        (State.FIN_WAIT_2, 1, False),
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_a_fin_that_nobody_has_read_is_no_byte_of_what_waits(
    state: State, unread: int, told: bool, is_known: bool
) -> None:
    identity, farewell = said(1)
    waits = row(1 if is_known else 2, state, unowned=Unowned.ENDED)
    added = Words(Trace.WHOLE).look(waits, said=[(identity, farewell._replace(unread=unread))])
    assert list(fins(added).values()) == [told]
