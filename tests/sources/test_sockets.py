"""What two dumps say of the sockets of a namespace: tables made up, and damaged."""

from __future__ import annotations

import errno
import struct
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import State
from tcpview_tui.sources import sockets as product
from tcpview_tui.sources.inet_diag import COOKIE, Table
from tcpview_tui.sources.netlink import NetlinkError
from tcpview_tui.sources.seen import Changes, Socket
from tcpview_tui.sources.sockets import Sockets
from tests.sources.wire import TCP4, TCP6, UDP4, UDP6, FakeDiag, attribute, body, info, message, names, sockets


class Row(NamedTuple):
    """A socket in a made-up table; `who` alters a row, `how` only moves it."""

    who: tuple[int, int, int]
    how: tuple[int, int]

    def body(self, cookie: int) -> bytes:
        local, state, inode = self.who
        queue, sent = self.how
        return body(names(cookie, local), state, inode, 0, (queue, 0), info(bytes_sent=sent))


ROWS = st.builds(
    Row,
    st.tuples(st.integers(1000, 1002), st.integers(1, 12), st.integers(0, 2)),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
)
DUMPS = st.lists(st.dictionaries(st.integers(1, 6), ROWS, max_size=6), min_size=2, max_size=6)
HEADS = st.lists(st.integers(1, 50), unique=True, max_size=5)


def cookies(found: list[Socket]) -> list[int]:
    return sorted(socket.id.cookie for socket in found)


def told(changes: Changes) -> tuple[list[int], list[int], list[int], list[int]]:
    return cookies(changes.fresh), cookies(changes.altered), cookies(changes.moved), cookies(changes.gone)


def look(known: Sockets, diag: FakeDiag, *bodies: bytes) -> Changes:
    diag.tables[TCP4] = [b"".join(map(message, bodies))]
    return known.look()


@given(DUMPS, st.integers(1, 7))
def test_the_changes_of_each_look_add_up(dumps: list[dict[int, Row]], size: int) -> None:
    diag = FakeDiag()
    known = sockets(diag)
    before: dict[int, Row] = {}
    objects: dict[int, Socket] = {}
    for now in dumps:
        bodies = [message(row.body(cookie)) for cookie, row in now.items()]
        diag.tables[TCP4] = [b"".join(bodies[at : at + size]) for at in range(0, len(bodies), size)]
        changes = known.look()
        both = now.keys() & before.keys()
        altered = sorted(c for c in both if now[c].who != before[c].who)
        moved = sorted(c for c in both if now[c].who == before[c].who and now[c].how != before[c].how)
        assert told(changes) == (sorted(now.keys() - before.keys()), altered, moved, sorted(before.keys() - now.keys()))
        found = {c: known.get(c) for c in range(1, 7) if known.get(c)}
        assert found.keys() == now.keys()
        assert all(found[c] is objects[c] for c in both)
        for cookie, socket in found.items():
            assert socket is not None
            assert (socket.head[1], socket.inode) == now[cookie].who[1:]
            queue, sent = now[cookie].how
            listens = socket.tcp_state is State.LISTEN
            assert socket.measured.counters.receive_queue == queue
            assert socket.measured.counters.sent == (None if listens else sent)
        before, objects = now, {c: s for c, s in found.items() if s}


def test_the_same_names_with_another_cookie_are_another_socket() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    (first,) = look(known, diag, body(names(1))).fresh
    changes = look(known, diag, body(names(2)))
    assert told(changes) == ([2], [], [], [1])
    assert changes.gone == [first]
    assert known.get(1) is None


def test_connect_alters_a_socket_and_keeps_it() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    diag.tables[UDP4] = [message(body(names(1, remote=0), 7))]
    (socket,) = known.look().fresh
    diag.tables[UDP4] = [message(body(names(1, remote=53), 7))]
    changes = known.look()
    assert (changes.fresh, changes.altered, changes.gone) == ([], [socket], [])
    assert socket.names == names(1, remote=53)
    assert told(known.look()) == ([], [], [], [])


def test_what_the_dump_skipped_but_the_kernel_still_knows_stays() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    rows = body(names(1, 1001)), body(names(2, 1002))
    first = look(known, diag, *rows).fresh
    diag.there = {each[COOKIE]: each for each in rows}
    assert told(look(known, diag, rows[0])) == ([], [], [], [])
    assert told(look(known, diag)) == ([], [], [], [])
    assert told(look(known, diag, *rows))[0] == []
    assert [known.get(1), known.get(2)] == first
    diag.there = {}
    assert told(look(known, diag)) == ([], [], [], [1, 2])
    assert known.get(1) is known.get(2) is None


def test_what_the_dump_skipped_is_gone_when_the_kernel_knows_it_no_more() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    row = body(names(1))
    look(known, diag, row)
    diag.there = {row[COOKIE]: row}
    assert [told(look(known, diag)) for _ in range(2)] == [([], [], [], [])] * 2
    assert diag.asked == 2
    diag.there = {}
    assert told(look(known, diag)) == ([], [], [], [1])


def test_a_socket_whose_names_now_belong_to_another_is_gone() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    look(known, diag, body(names(1)))
    diag.there = {names(1)[40:]: body(names(2))}
    assert told(look(known, diag)) == ([], [], [], [1])


def test_no_more_than_a_bound_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(product, "ASKED_AGAIN", 3)
    diag = FakeDiag()
    known = sockets(diag)
    look(known, diag, *(body(names(cookie)) for cookie in range(1, 11)))
    assert len(look(known, diag).gone) == 10
    assert diag.asked == 3


def test_listeners_and_datagrams_are_not_asked_for() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    diag.tables[UDP4] = [message(body(names(1)))]
    look(known, diag, body(names(2, remote=0), 10))
    diag.tables = {}
    assert told(known.look())[3] == [1, 2]
    assert diag.asked == 0


def test_a_refused_table_keeps_what_it_had() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    diag.tables[TCP6] = [message(body(names(2)))]
    look(known, diag, body(names(1)))
    diag.tables[TCP6] = refusal = NetlinkError(errno.ENOBUFS, "No buffer space available")
    changes = look(known, diag)
    assert told(changes) == ([], [], [], [1])
    assert changes.refused == {TCP6: refusal}
    diag.tables[TCP6] = [message(body(names(2)))]
    assert told(known.look()) == ([], [], [], [])


def test_a_socket_that_changes_its_family_is_met_in_its_new_table_and_leaves_in_peace() -> None:
    """setsockopt(IPV6_ADDRFORM) makes an IPv6 socket an IPv4 one; its cookie stays."""
    diag = FakeDiag()
    known = sockets(diag)
    diag.tables = {UDP6: [message(body(names(1)))]}
    known.look()
    diag.tables |= {UDP4: [message(body(names(1)))]}  # changed after one table was listed and before the other
    assert not known.look().gone
    del diag.tables[UDP6]
    assert not known.look().gone
    found = known.get(1)
    assert found is not None
    assert found.table == UDP4
    diag.tables = {}
    assert told(known.look())[3] == [1]
    assert known.get(1) is None


def test_counters_are_compared_where_they_lie_now() -> None:
    """The attributes before `tcp_info` can differ from dump to dump; milliseconds of silence are no traffic."""
    diag = FakeDiag()
    known = sockets(diag)
    bare = body(names(1))[:72]
    (socket,) = look(known, diag, body(names(1), info=info(bytes_sent=5))).fresh
    assert told(look(known, diag, body(names(1), info=info(bytes_sent=5, last_data_sent=9)))) == ([], [], [], [])
    look(known, diag, bare + attribute(15, bytes(4)) + attribute(2, info(bytes_sent=6)))
    assert socket.measured.counters.sent == 6
    look(known, diag, bare + attribute(2, info(bytes_sent=8)[:216]))
    assert socket.measured.counters.sent == 8


@given(HEADS, st.binary(max_size=300))
def test_what_stands_before_the_damage_is_taken(good: list[int], damage: bytes) -> None:
    diag = FakeDiag()
    known = sockets(diag)
    rows = b"".join(message(body(names(cookie), info=info())) for cookie in good)
    for tables in ({TCP4: [rows + damage, damage]}, {UDP6: [damage]}, {TCP4: [damage, rows]}, {}, {TCP6: [damage]}, {}):
        diag.tables = dict(tables)
        known.look()
        assert TCP4 not in tables or all(known.get(cookie) for cookie in good)


@given(st.integers(0, 3), st.sampled_from([0, 1, 15, 16, 17, 87, 1000, 0xFFFFFFFF]))
def test_a_length_that_makes_no_sense_ends_the_datagram(at: int, length: int) -> None:
    diag = FakeDiag()
    rows = [message(body(names(cookie))) for cookie in range(1, 5)]
    rows[at] = struct.pack("=I", length) + rows[at][4:]
    diag.tables[TCP4] = [b"".join(rows)]
    assert cookies(sockets(diag).look().fresh) == list(range(1, at + 1))


@given(HEADS, st.data())
def test_a_datagram_cut_off_anywhere_gives_its_whole_messages(good: list[int], data: st.DataObject) -> None:
    diag = FakeDiag()
    rows = [message(body(names(cookie), info=info())) for cookie in good]
    part = b"".join(rows)
    cut = data.draw(st.integers(0, len(part)))
    diag.tables[TCP4] = [part[:cut]]
    whole = cut // len(rows[0]) if rows else 0
    assert cookies(sockets(diag).look().fresh) == sorted(good[:whole])


def test_asking_and_closing_name_that_very_socket() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    (socket,) = look(known, diag, body(names(9))).fresh
    known.destroy(socket)
    assert diag.destroyed == [TCP4.asking(names(9))]
    assert list(known.close()) == [socket]
    assert diag.is_closed


def test_a_raw_socket_is_closed_only_when_it_is_the_one_that_the_kernel_finds() -> None:
    """The kernel closes the first that fits and heeds no cookie: two pings have the same names."""
    diag = FakeDiag()
    known = sockets(diag)
    table = Table(4, "raw")
    pings = [names(cookie, local=1, remote=0) for cookie in (8, 9)]
    diag.tables[table] = [b"".join(message(body(of, 7)) for of in pings)]
    first, second = known.look().fresh
    diag.there = {each[40:]: body(pings[0], 7) for each in pings}
    known.destroy(first)
    assert diag.destroyed == [table.asking(pings[0])]
    with pytest.raises(NetlinkError) as told:
        known.destroy(second)
    assert told.value.errno == errno.EBUSY
    diag.tables[table] = [message(body(pings[0], 7))]
    with pytest.raises(NetlinkError) as told:
        known.destroy(second)
    assert told.value.errno == errno.ESTALE
    assert len(diag.destroyed) == 1
