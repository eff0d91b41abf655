"""What a dump repeats and what it does not: dumps made of the one before by a few edits, as a kernel's are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.sources.layouts import Layouts
from tcpview_tui.sources.sockets import Sockets
from tests.sources.wire import TCP4, UDP4, FakeDiag, body, info, message, names, sockets

SENT = st.integers(0, 2)
EDITS = st.lists(st.dictionaries(st.integers(1, 9), SENT | st.none(), max_size=2), min_size=2, max_size=6)


def datagram(*cookies: int, sent: int = 0, sequence: int = 1) -> bytes:
    counters = info(bytes_sent=sent)
    return b"".join(message(body(names(each, each), 1, 5, 0, (0, 0), counters), sequence=sequence) for each in cookies)


def parts_of(known: Sockets) -> list[int]:
    return [id(part) for part in known._listings[TCP4].parts]


@given(st.dictionaries(st.integers(1, 9), SENT), EDITS, st.integers(1, 4))
def test_a_few_edits_are_told_and_nothing_else(
    there: dict[int, int], edits: list[dict[int, int | None]], size: int
) -> None:
    diag = FakeDiag()
    known = sockets(diag)
    before: dict[int, int] = {}
    for edit in ({}, *edits):
        merged = {**there, **edit}
        there = {cookie: sent for cookie, sent in merged.items() if sent is not None}
        bodies = [datagram(cookie, sent=sent) for cookie, sent in there.items()]
        diag.tables[TCP4] = [b"".join(bodies[at : at + size]) for at in range(0, len(bodies), size)]
        changes = known.look()
        moved = {cookie for cookie in there.keys() & before.keys() if there[cookie] != before[cookie]}
        assert {each.id.cookie for each in changes.fresh} == there.keys() - before.keys()
        assert {each.id.cookie for each in changes.moved} == moved
        assert {each.id.cookie for each in changes.gone} == before.keys() - there.keys()
        for cookie in there:
            socket = known.get(cookie)
            assert socket is not None
            assert socket.measured.counters.sent == there[cookie]
        before = there


def test_a_datagram_is_cut_up_again_only_when_it_differs() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    diag.tables[TCP4] = [datagram(1, 2), datagram(3, 4)]
    known.look()
    first = parts_of(known)
    diag.tables[TCP4] = [datagram(1, 2, sequence=2), datagram(3, 4, sent=1, sequence=2)]
    changes = known.look()
    assert [each.id.cookie for each in changes.moved] == [3, 4]
    assert [old == new for old, new in zip(first, parts_of(known), strict=True)] == [True, False]


def test_a_whole_message_where_damage_was_is_no_repetition() -> None:
    whole = datagram(1, 2)
    damaged = whole[: len(whole) // 2] + bytes(len(whole) // 2)
    diag = FakeDiag()
    known = sockets(diag)
    diag.tables[TCP4] = [damaged]
    known.look()
    (part,) = known._listings[TCP4].parts
    assert part.is_repeated_by(damaged, Layouts())
    assert not part.is_repeated_by(whole, Layouts())


def test_a_socket_that_is_listed_twice_is_not_gone_when_it_is_listed_once() -> None:
    diag = FakeDiag()
    known = sockets(diag)
    twice = [message(body(names(cookie, cookie), 7)) for cookie in (1, 2, 1)]
    diag.tables[UDP4] = [b"".join(twice[:2]), twice[2]]
    known.look()
    diag.tables[UDP4] = [b"".join(twice[:2])]
    assert not known.look().gone
