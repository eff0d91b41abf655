"""A filter on a recording: nothing is missing of what matched once, and nothing else is there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.register import Place
from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.query import parse
from tcpview_tui.model.snapshot import Code, Ending, Passed, Problem
from tcpview_tui.model.traffic import Gauge
from tcpview_tui.record import sifting
from tcpview_tui.record.event import Changed, Closed, Counted, Event, Gap, Judged, Moment, Opened, Unseen
from tests.fakes import CURL, EPOCH, NGINX, connection, listener
from tests.record.judged import found
from tests.record.sifted import Looks, Told, gauges, key_of, of_key


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def test_only_what_matches_is_recorded_until_it_closes_whatever_it_becomes() -> None:
    looks = Looks("state:established")
    assert [key_of(each) for each in looks.take(connection(1), connection(2, State.SYN_SENT))] == [1]
    assert kinds(looks.take(connection(1, State.TIME_WAIT), connection(2, State.SYN_SENT))) == [Changed]
    assert kinds(looks.take(connection(2, State.SYN_SENT))) == [Closed]


def test_what_matches_late_opened_when_it_did_and_is_told_as_it_is_by_then() -> None:
    looks = Looks("state:close-wait")
    looks.take()
    assert looks.take(connection(1)) == []
    opened, counted = looks.take(connection(1, State.CLOSE_WAIT), gauges=gauges({1: 7}))
    assert isinstance(opened, Opened)
    assert (opened.at.wall, opened.at.monotonic, opened.at.look, opened.preexisting) == (EPOCH + 2, 1002.0, 3, False)
    assert opened.connection.state is State.CLOSE_WAIT
    assert isinstance(counted, Counted)
    assert counted.counters.received == 7


def test_what_was_there_before_is_still_preexisting_when_it_matches_late() -> None:
    looks = Looks("age>=0 and state:close-wait")
    looks.take(connection(1))
    (opened,) = looks.take(connection(1, State.CLOSE_WAIT))
    assert isinstance(opened, Opened)
    assert opened.preexisting


def test_brief_connections_count() -> None:
    looks = Looks("port:443")
    looks.take()
    brief = [Passed(connection(each, remote=("192.0.2.7", port)), EPOCH + 1.5) for each, port in ((8, 443), (9, 80))]
    assert [(type(each), key_of(each)) for each in looks.take(passed=tuple(brief))] == [(Opened, 8), (Closed, 8)]


def test_what_is_known_only_in_the_end_counts() -> None:
    looks = Looks("process:curl or recv>5")
    looks.take(connection(1, owners=()), connection(2, owners=()), connection(3, owners=()))
    events = looks.take(ended={1: Ending(EPOCH + 1.5, (CURL,))}, gauges=gauges({2: 6, 3: 5}))
    assert [(type(each), key_of(each)) for each in events] == [
        (Opened, 1), (Opened, 2), (Counted, 2), (Closed, 1), (Closed, 2),
    ]  # fmt: skip


def test_time_and_traffic_answer_without_any_event() -> None:
    looks = Looks("age>=2 or rate>1000")
    looks.take()
    assert looks.take(connection(1), connection(2)) == []
    fast = {2: Gauge(Told(0), receiving=2000.0)}
    assert [key_of(each) for each in looks.take(connection(1), connection(2), gauges=fast)] == [2]
    assert [key_of(each) for each in looks.take(connection(1), connection(2))] == [1]


def test_names_arrive_later_than_the_connection() -> None:
    names: dict[str, str] = {}
    looks = Looks("host:example", names)
    assert looks.take(connection(1)) == []
    names["93.184.216.34"] = "www.example.org"
    assert kinds(looks.take(connection(1))) == [Opened]


def test_the_direction_is_told_by_listeners_that_are_not_recorded() -> None:
    looks = Looks("dir:in")
    near = ("10.0.0.5", 80)
    events = looks.take(connection(2, local=near), listener(1, 80), connection(3), connection(4, owners=[NGINX]))
    assert [key_of(each) for each in events] == [2]


def test_what_could_not_be_seen_stands_in_the_recording_all_the_same() -> None:
    looks = Looks("pid:1")
    assert kinds(looks.take(connection(1), problems=(Problem(Code.OWNERLESS, "1 socket without owner"),))) == [Unseen]


@pytest.mark.parametrize("term", ["is:new", "-is:CHANGED", "ssh or is:closed"])
def test_a_passing_term_is_known_by_its_name(term: str) -> None:
    from tcpview_tui.record.sifting import PASSING

    assert {each.lower() for each in parse(term).compares} <= PASSING


CURLS: Place = ("process", CURL.identity)
NGINXS: Place = ("process", NGINX.identity)
OTHER = connection(2, remote=("192.0.2.7", 80), owners=[NGINX])


def judged(events: list[Event]) -> list[Place]:
    return [event.place for event in events if isinstance(event, Judged)]


def test_what_was_found_stands_with_its_connections_only() -> None:
    looks = Looks("rport:443")
    told: list[Place] = [CURLS, NGINXS, ("connection", 1), ("connection", 2)]
    assert judged(looks.take(connection(1), OTHER, judged=map(found, told))) == [CURLS, ("connection", 1)]
    over = [(place, ()) for place in told]
    assert judged(looks.take(connection(1), OTHER, judged=over)) == [CURLS, ("connection", 1)]


def test_what_was_found_of_a_process_waits_for_a_connection_that_is_recorded() -> None:
    looks = Looks("state:close-wait")
    assert looks.take(connection(1), judged=[found(CURLS), found(("connection", 1))]) == []
    opened, *told = looks.take(connection(1, State.CLOSE_WAIT))
    assert isinstance(opened, Opened)
    assert judged(told) == [CURLS, ("connection", 1)]
    assert {each.at for each in told} == {Moment(EPOCH + 2, 1002.0, 2)}


def test_what_is_found_just_after_the_end_counts_and_what_was_withdrawn_does_not() -> None:
    looks = Looks("rport:443")
    looks.take(connection(1), OTHER)
    looks.take(OTHER, judged=[found(NGINXS)])
    assert judged(looks.take(judged=[found(("connection", 1)), found(("connection", 2))])) == [("connection", 1)]
    assert judged(looks.take(judged=[(NGINXS, ())])) == []
    assert judged(looks.take(connection(3, owners=[NGINX]))) == []


def test_what_is_found_of_the_machine_passes() -> None:
    hidden: Place = ("machine", ("hidden-process", 7))
    assert judged(Looks("rport:1").take(judged=[found(hidden)])) == [hidden]


def test_a_finding_makes_a_connection_match_from_then_on() -> None:
    looks = Looks("is:suspicious")
    assert looks.take(connection(1), OTHER) == []
    opened, *told = looks.take(connection(1), OTHER, judged=[found(CURLS)])
    assert (key_of(opened), judged(told)) == (1, [CURLS])
    assert kinds(looks.take(OTHER, judged=[(CURLS, ())])) == [Closed, Judged]


@pytest.mark.parametrize("later", [1, 2, 3])
@pytest.mark.parametrize("place", [CURLS, ("connection", 1)])
def test_what_is_found_of_a_connection_after_its_end_makes_it_match(later: int, place: Place) -> None:
    looks = Looks("is:suspicious")
    looks.take(OTHER)
    looks.take(connection(1), OTHER, gauges=gauges({1: 7}))
    for _ in range(later):
        assert looks.take(OTHER) == []
    opened, counted, closed, *told = looks.take(OTHER, judged=[found(place)])
    assert isinstance(opened, Opened)
    assert isinstance(counted, Counted)
    assert isinstance(closed, Closed)
    assert (key_of(opened), counted.counters.received, closed.key, judged(told)) == (1, 7, 1, [place])
    assert [each.at.wall for each in (opened, closed)] == [EPOCH + 2, EPOCH + 3]
    assert {each.at.look for each in (opened, counted, closed)} == {3 + later}
    assert looks.take(OTHER, judged=[(place, ())]) == [
        Judged(Moment(EPOCH + 4 + later, 1004.0 + later, 4 + later), place)
    ]


def test_who_has_got_its_key_is_another() -> None:
    looks = Looks("is:suspicious")
    looks.take(connection(1))
    looks.take()
    looks.take(connection(1, owners=[NGINX]))
    opened, *told = looks.take(connection(1, owners=[NGINX]), judged=[found(("connection", 1))])
    assert isinstance(opened, Opened)
    assert (opened.connection.owners, kinds(told)) == ((NGINX,), [Judged])


def test_of_connections_that_closed_before_they_matched_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sifting, "LATE", 2)
    looks = Looks("finding:exe-place")
    for key in (1, 2, 3):
        looks.take(connection(key))
    looks.take()
    told = looks.take(judged=[found(CURLS)])
    assert [key_of(each) for each in told if isinstance(each, Opened)] == [2, 3]


def test_a_filter_that_does_not_ask_the_rules_tells_nothing_of_what_is_over() -> None:
    names: dict[str, str] = {}
    looks = Looks("host:example", names)
    looks.take(connection(1))
    looks.take()
    names["93.184.216.34"] = "www.example.org"
    assert looks.take(judged=[found(("connection", 1))]) == []


STATES = st.sampled_from([State.ESTABLISHED, State.CLOSE_WAIT])
LIVES = st.dictionaries(st.integers(1, 4), st.tuples(STATES, st.integers(0, 9)), max_size=4)
HISTORIES = st.lists(st.tuples(LIVES, LIVES), min_size=1, max_size=8)


def matches(state: State, received: int) -> bool:
    return state is State.CLOSE_WAIT or received > 5


@given(HISTORIES)
def test_it_is_the_whole_history_of_those_keys_that_ever_matched_from_then_on(
    history: list[tuple[dict[int, tuple[State, int]], dict[int, tuple[State, int]]]],
) -> None:
    looks = Looks("state:close-wait or recv>5")
    before: dict[int, tuple[State, int]] = {}
    matched: set[int] = set()
    for number, (present, brief) in enumerate(history):
        passing = {100 * (number + 1) + key: life for key, life in brief.items()}
        moved = {key: received for key, (_, received) in (present | passing).items()}
        rows = {key: connection(key, state) for key, (state, _) in (present | passing).items()}
        told = looks.take(
            *(rows[key] for key in present),
            gauges=gauges(moved),
            passed=tuple(Passed(rows[key], EPOCH + number + 0.5) for key in passing),
        )
        whole = looks.whole[-1]
        assert [each for each in told if key_of(each) is None] == [each for each in whole if key_of(each) is None]
        for key in before | present | passing:
            state, received = (present | passing).get(key, before.get(key, (State.NONE, 0)))
            of_it = of_key(whole, key)
            if key in matched:
                assert of_key(told, key) == of_it
            elif not matches(state, received):
                assert not of_key(told, key)
            elif any(isinstance(each, Opened) for each in of_it):
                assert of_key(told, key) == of_it
            else:
                check_late(of_key(told, key), of_it, rows.get(key) or connection(key, state), received)
            matched |= {key} if matches(state, received) else set()
        matched &= present.keys()
        before = present


def check_late(told: list[Event], whole: list[Event], row: Connection, received: int) -> None:
    """It is opened as it is, counted if it has carried anything, and closed if it is."""
    opened, *more = told
    assert isinstance(opened, Opened)
    assert replace(opened.connection, opened_at=None) == row
    counted = [each.counters.received for each in more if isinstance(each, Counted)]
    assert counted == ([received] if received else [])
    closed = [each for each in whole if isinstance(each, Closed)]
    assert [each for each in more if not isinstance(each, Counted)] == closed
    assert not [each for each in told if isinstance(each, Gap | Changed)]
