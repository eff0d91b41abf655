"""Lives and connections, matched: each life is told once, at the right connection."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.snapshot import Ending
from tcpview_tui.sources.brief import Brief, Told, completed
from tests.fakes import CURL, NGINX, FakeClock, connection
from tests.sources.told import HERE, OWN, THERE, life, row, settle, times


def test_a_connection_that_is_gone_ended_when_its_life_did() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, 2.0)])
    assert settle(brief, row("a")) == Told({"a": Ending(2.0)}, ())


def test_a_life_that_no_look_saw_has_passed_and_is_told_once() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, 2.0)])
    (passed,) = settle(brief).passed
    told = passed.connection
    assert (told.local, told.remote, told.owners, told.direction) == (HERE, THERE, (CURL,), "out")
    assert (told.opened_at, passed.closed_at) == (1.0, 2.0)
    assert settle(brief) == Told({}, ())


def test_what_was_there_before_had_the_first_life_and_what_waits_now_the_last() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, 2.0), life(3.0, 4.0), life(5.0, 6.0)])
    assert brief.of(row("now", State.TIME_WAIT)) == life(5.0, 6.0)
    told = settle(brief, row("before"))
    assert told.ended == {"before": Ending(2.0)}
    assert times(told) == [(3.0, 4.0)]


def test_a_row_that_has_waited_out_takes_no_other_life() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(5.0, 6.0)])
    told = settle(brief, row("a", State.TIME_WAIT))
    assert (told.ended, times(told)) == ({}, [(5.0, 6.0)])
    brief.take([life(7.0, 8.0)])
    assert times(settle(brief)) == [(7.0, 8.0)]


@pytest.mark.parametrize(
    "other",
    [
        connection("udp", State.NONE, HERE, THERE, transport="udp"),
        connection("listener", State.LISTEN, HERE, None),
        row("elsewhere", port=50001),
    ],
)
def test_other_connections_have_no_part_in_it(other: Connection) -> None:
    brief = Brief(FakeClock(), OWN)
    settle(brief, other)
    brief.take([life(1.0, 2.0)])
    told = settle(brief, other)
    assert (told.ended, times(told)) == ({}, [(1.0, 2.0)])


def test_a_life_without_an_end_or_a_beginning() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, None), life(None, 4.0, 50001), life(9.0, 8.0, 50002)])
    assert times(settle(brief)) == [(None, 4.0), (8.0, 8.0)]


def test_a_connection_is_completed_with_its_life() -> None:
    bare = replace(row("a"), owners=())
    assert completed(bare, None, None) is bare
    found = completed(bare, None, life(1.0, None))
    assert (found.opened_at, found.direction, found.past_owners) == (1.0, "out", (CURL,))
    owned = completed(row("a"), None, life(1.0, None))
    assert (owned.owners, owned.past_owners) == ((CURL,), ())
    turned = completed(replace(bare, direction="in"), None, replace(life(1.0, None), direction=None))
    assert turned.direction == "in"


def test_what_was_known_before_stays_and_what_was_not_is_learned() -> None:
    bare = replace(row("a"), owners=())
    known = replace(bare, opened_at=1.0, direction="in", past_owners=(NGINX,))
    assert completed(bare, known, None) == known
    assert completed(bare, known, replace(life(5.0, None), direction=None)) == known
    assert completed(bare, bare, life(5.0, None)) == completed(bare, None, life(5.0, None))


def test_whose_other_end_had_closed_is_told() -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([replace(life(1.0, 2.0), has_fin=True), replace(life(3.0, 4.0, 7), has_fin=True), life(5.0, 6.0, 8)])
    told = settle(brief, row("a"))
    assert told.fins == {"a", *(each.connection.key for each in told.passed if each.connection.local.port == 7)}
    assert settle(brief).fins == set()
