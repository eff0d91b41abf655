"""A file that begins in the midst stands alone: played back, it comes to what the whole history comes to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.register import Place
from tcpview_tui.model.connection import State
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record import standing as module
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Judged, Moment, Named, Opened, Unseen
from tcpview_tui.record.judgement import key_of
from tcpview_tui.record.standing import Standing
from tests.fakes import EPOCH, connection
from tests.record.judged import found

PLACES: list[Place] = [("process", (1, 2.0)), ("connection", 1), ("machine", ("hidden-socket", 2)), ("connection", 3)]
REMOTE = "93.184.216.34"


def at(look: int) -> Moment:
    return Moment(EPOCH + look, 1000.0 + look, look)


def played(events: list[Event]) -> dict[str, Any]:
    """Return what the events come to: who is open, and what is known of them."""
    rows: dict[Any, Any] = {}
    counted: dict[Any, Counters] = {}
    names: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    judged: dict[Place, tuple[Finding, ...]] = {}
    for event in events:
        match event:
            case Opened(_, row):
                assert row.key not in rows
                rows[row.key] = row
                judged = {place: told for place, told in judged.items() if key_of(place) != row.key}  # of another one
            case Changed(_, row):
                assert row.key in rows
                rows[row.key] = row
            case Counted(_, key, counters):
                counted[key] = counters
            case Closed(_, key):
                del rows[key]
                counted.pop(key, None)
            case Named(_, address, name):
                names[address] = name
            case Unseen(_, code, None):
                del problems[code]
            case Unseen(_, code, problem) if problem is not None:
                problems[code] = problem
            case Judged(_, place, findings):
                judged.pop(place, None)
                judged |= {place: findings} if findings else {}
    ends = {row.remote.address for row in rows.values() if row.remote}
    return {
        "rows": rows,
        "counted": counted,
        "problems": problems,
        "judged": {place: told for place, told in judged.items() if key_of(place) in {None, *rows}},
        "names": {each: names[each] for each in ends if each in names},
    }


@st.composite
def histories(draw: st.DrawFn) -> list[list[Event]]:
    """Looks that make sense: what opens was not there, what changes or closes was."""
    there: set[int] = set()
    blind = False
    looks = []
    for look in range(1, draw(st.integers(2, 7))):
        now = at(look)
        events: list[Event] = []
        for key in range(1, 5):
            row = connection(key, draw(st.sampled_from(list(State)[1:4])), remote=(f"192.0.2.{key % 3}", 443))
            match draw(st.integers(0, 3)), key in there:
                case 1, False:
                    events.append(Opened(now.at(now.wall - 0.25), row))
                    there.add(key)
                case 1, True:
                    events.append(Changed(now, row))
                case 2, True:
                    events.append(Closed(now, key))
                    there.discard(key)
                case 3, True:
                    events.append(Counted(now, key, Counters(draw(st.integers(1, 9)), 0)))
        if draw(st.booleans()):
            events.append(Named(now, f"192.0.2.{draw(st.integers(0, 2))}", draw(st.sampled_from(["a", "b"]))))
        if draw(st.booleans()):
            blind = not blind
            events.append(Unseen(now, "ownerless", Problem(Code.OWNERLESS, f"since {look}") if blind else None))
        chosen = draw(st.lists(st.tuples(st.sampled_from(PLACES), st.booleans()), max_size=2))
        events += [Judged(now, *(found(place, f"since {look}") if is_hit else (place, ()))) for place, is_hit in chosen]
        looks.append(events)
    return looks


@given(histories(), st.data())
def test_a_file_that_begins_anywhere_comes_to_the_same(looks: list[list[Event]], data: st.DataObject) -> None:
    turn = data.draw(st.integers(0, len(looks)))
    standing = Standing()
    first = [event for look in looks[:turn] for event in standing.take(look)]
    second = [*standing.again(at(turn)), *(event for look in looks[turn:] for event in standing.take(look))]
    whole = played([event for look in looks for event in look])
    assert played(second) == whole
    assert played(first) == played([event for look in looks[:turn] for event in look])


def test_what_is_there_opened_when_it_did_and_was_there_before() -> None:
    standing = Standing()
    standing.take([Opened(at(1), connection(1)), Opened(at(1), connection(2))])
    exact = replace(connection(2), opened_at=EPOCH + 0.5)
    standing.take([Changed(at(2), exact)])
    first, second, became = standing.again(at(9))
    assert isinstance(first, Opened)
    assert isinstance(second, Opened)
    assert (first.at.wall, first.at.look, first.preexisting) == (EPOCH + 1, 9, True)
    assert (second.at.wall, second.connection) == (EPOCH + 1, connection(2)), "its key is made of what it was then"
    assert became == Changed(at(9), exact)


def test_what_has_closed_is_not_told_again() -> None:
    standing = Standing()
    standing.take([Opened(at(1), connection(1)), Counted(at(1), 1, Counters(7, 0))])
    assert [type(each) for each in standing.again(at(2))] == [Opened, Counted]
    standing.take([Closed(at(3), 1)])
    assert list(standing.again(at(4))) == []


def test_a_clock_that_was_set_back_opens_nothing_in_the_future() -> None:
    standing = Standing()
    standing.take([Opened(at(60), connection(1))])
    (opened,) = standing.again(at(1))
    assert opened.at.early == 0


def test_a_name_of_an_earlier_file_is_told_when_its_address_comes_again() -> None:
    standing = Standing()
    named = Named(at(1), REMOTE, "far.example")
    assert standing.take([Opened(at(1), connection(1)), named, Closed(at(1), 1)])[1] is named
    assert list(standing.again(at(2))) == []
    assert standing.take([Opened(at(3), connection(2))])[1:] == [Named(at(3), REMOTE, "far.example")]
    assert len(standing.take([Opened(at(4), connection(3))])) == 1


def test_names_are_forgotten_beyond_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NAMES_KEPT", 1)
    standing = Standing()
    standing.take([Named(at(1), REMOTE, "far.example"), Named(at(1), "192.0.2.1", "other.example")])
    list(standing.again(at(2)))
    assert len(standing.take([Opened(at(3), connection(1))])) == 1
