"""Whom a judgement is about: what is looked up is what going through all rows would find."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.register import Place, subjects
from tcpview_tui.model.connection import Key
from tcpview_tui.model.row import Row
from tcpview_tui.record.concerned import Concerned
from tests.fakes import EPOCH
from tests.model.rows import rows
from tests.record.judged import places


@given(st.lists(st.tuples(rows(), st.integers(1, 4), st.booleans())), places(st.integers(1, 4)))
def test_it_is_about_the_rows_of_whose_subjects_it_is(lives: list[tuple[Row, int, bool]], any_place: Place) -> None:
    concerned, there = Concerned(), dict[Key, Row]()
    for drawn, number, stays in lives:
        row = replace(drawn, connection=replace(drawn.connection, key=number))
        concerned.put(row)
        there[number] = row
        if not stays:
            concerned.remove(number)
            del there[number]
    for place in {any_place, *(each for row in there.values() for each in subjects(row))}:
        expected = [key for key, row in there.items() if place in subjects(row)]
        assert {row.key for row in concerned.at(place)} == set(expected)
    for key in list(there):
        concerned.remove(key)
    assert not concerned._keys


@given(rows())
def test_what_has_closed_comes_last(drawn: Row) -> None:
    concerned = Concerned()
    row = replace(drawn, closed_at=None)
    for key, closed_at in ((1, EPOCH), (2, None)):
        there = replace(row, connection=replace(row.connection, key=key), closed_at=closed_at)
        concerned.put(there)
    for owner in row.owners:
        assert [each.key for each in concerned.at(("process", owner.identity))] == [2, 1]
