"""Looks that no reading has told, merged: as if they had been one."""

from __future__ import annotations

from hypothesis import given

from tcpview_tui.sources.seen import Changes, Socket
from tcpview_tui.sources.unsettled import Unsettled
from tests.sources.test_sockets import DUMPS, Row, look
from tests.sources.wire import FakeDiag, sockets


def cookies(found: set[Socket]) -> set[int]:
    return {socket.id.cookie for socket in found}


@given(DUMPS)
def test_looks_that_were_merged_say_what_one_look_would(dumps: list[dict[int, Row]]) -> None:
    diag = FakeDiag()
    known, merged = sockets(diag), Unsettled()
    first, *others = [[row.body(cookie) for cookie, row in dump.items()] for dump in dumps]
    look(known, diag, *first)
    before = {cookie: known.get(cookie) for cookie in dumps[0]}
    for dump in others:
        merged.add(look(known, diag, *dump))
    now = {cookie: known.get(cookie) for cookie in dumps[-1]}
    stays = {cookie for cookie in now if before.get(cookie) is now[cookie]}
    assert cookies(set(merged.fresh)) == now.keys() - stays
    assert {key.cookie for key in merged.gone} == before.keys() - stays
    assert cookies(merged.counted) <= now.keys()
    changed = {cookie for cookie in stays if dumps[0][cookie] != dumps[-1][cookie]}
    assert changed <= cookies(merged.counted)
    assert {each for each in changed if dumps[0][each].who != dumps[-1][each].who} <= cookies(merged.stale)
    inodes = {cookie: row.who[2] for cookie, row in dumps[-1].items()}
    owed = {each for each in now if each not in stays or dumps[0][each].who[2] != inodes[each]}
    assert {inodes[each] for each in owed if inodes[each]} <= merged.sought <= set(inodes.values())


def test_a_socket_that_came_and_went_unread_is_nowhere() -> None:
    diag = FakeDiag()
    known, merged = sockets(diag), Unsettled()
    for turn in range(100):
        merged.add(look(known, diag, Row((1000, 1, 0), (0, 0)).body(turn + 1)))
    assert cookies(merged.counted) == {100}
    assert not merged.gone


def test_what_is_fresh_at_the_first_look_of_a_namespace_stays_old() -> None:
    diag, merged = FakeDiag(), Unsettled()
    first = look(sockets(diag), diag, Row((1000, 1, 0), (0, 0)).body(1))
    merged.add(first)
    merged.add(Changes())
    assert merged.fresh == {first.fresh[0]: True}
