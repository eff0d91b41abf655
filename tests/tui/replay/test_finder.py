"""Searching a recording for the next row that the filter lets through."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tcpview_tui.model.connection import State
from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.query import parse
from tcpview_tui.record.event import Changed, Closed, Judged, Opened
from tcpview_tui.record.reader import Reader
from tcpview_tui.tui.replay.finder import Finder, Found
from tests.fakes import CURL, NGINX, listener
from tests.record.judged import found as found_of
from tests.record.streams import HERE, later
from tests.record.tapes import taped
from tests.tui.replay.harness import Camera, Stage, call, film, stage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILTERS = [
    "", "rport:40007", "process:nginx", "state:close-wait", "is:new", "is:closed", "is:changed", "is:listening",
    "rport:1", "not process:curl", "host:far.example",
]  # fmt: skip


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a recording with states close together, and calls that open, change and close."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tcpview_tui.record.states.EVERY", 15)
        camera = Camera(tmp_path_factory.mktemp("film") / "a.tcpview")
        for look in range(30):
            young = [call(key, owners=(NGINX if key % 5 == 0 else CURL,)) for key in (look, look + 1)]
            old = [call(key, state=State.CLOSE_WAIT) for key in (look - 1,) if key >= 0]
            camera.look(listener(1000, 22), *young, *old)
        camera.close()
    return camera.path


def finder(replay: Stage, narrowing: Narrowing) -> Finder:
    return Finder(replay.history, narrowing, lambda *_: None)


def narrowed(text: str) -> Narrowing:
    return Narrowing((parse(text),)) if text else Narrowing()


def found(answers: Iterable[Found | int]) -> list[Found]:
    return [each for each in answers if not isinstance(each, int)]


def every(replay: Stage, narrowing: Narrowing) -> list[Found]:
    return found(finder(replay, narrowing).after(replay.scene.start.event, replay.scene.end.event))


@pytest.mark.parametrize("text", FILTERS)
def test_forwards_and_backwards_find_the_same(text: str, recording: Path) -> None:
    with stage(recording) as replay:
        there, back = every(replay, narrowed(text)), []
        search, event = finder(replay, narrowed(text)), replay.scene.end.event + 1
        while last := next(iter(found(search.before(event, replay.scene.start.event))), None):
            back.append(last)
            event = last.event
        assert back == there[::-1]
        assert bool(there) == (text not in ("rport:1", "host:far.example", "is:listening"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(text=st.sampled_from(FILTERS), event=st.integers(3, 89))
def test_the_next_and_the_last_one_from_anywhere(recording: Path, text: str, event: int) -> None:
    with stage(recording) as replay:
        matching = every(replay, narrowed(text))
        end, start = replay.scene.end.event, replay.scene.start.event
        search = finder(replay, narrowed(text))
        assert found(search.after(event, end))[:1] == [each for each in matching if each.event > event][:1]
        assert found(search.before(event, start))[:1] == [each for each in matching if each.event < event][-1:]


def test_what_is_found_is_what_the_events_tell(recording: Path) -> None:
    with stage(recording) as replay, closing(Reader(recording)) as reader:
        events = dict(enumerate(reader.events(), 1))
        start = replay.scene.start.event

        def numbers(*kinds: type) -> list[int]:
            return [number for number, event in events.items() if number > start and isinstance(event, kinds)]

        def matching(text: str) -> list[int]:
            return [each.event for each in every(replay, narrowed(text))]

        assert matching("") == numbers(Opened, Changed, Closed)
        assert matching("is:new") == numbers(Opened)
        assert matching("is:changed") == numbers(Changed)
        assert matching("is:closed") == numbers(Closed)
        assert [type(events[number]) for number in matching("rport:40007")] == [Opened, Changed, Closed]


def test_switches_states_and_a_mark_narrow_the_search_as_they_narrow_the_table(recording: Path) -> None:
    with stage(recording) as replay:
        assert not every(replay, Narrowing(off=frozenset({"tcp"})))
        assert every(replay, Narrowing(off=frozenset({"udp"}))) == every(replay, Narrowing())
        states = every(replay, Narrowing(states=frozenset({State.CLOSE_WAIT})))
        assert 0 < len(states) < len(every(replay, Narrowing()))
        with closing(Reader(recording)) as reader:
            events = dict(enumerate(reader.events(), 1))
        marked = every(replay, Narrowing(since=20))
        assert marked == [each for each in every(replay, Narrowing()) if events[each.event].at.look > 20]


def test_a_match_is_gone_to_and_stood_still_at(recording: Path) -> None:
    with stage(recording) as replay:
        replay.do(replay.deck.toggle)
        matching = every(replay, narrowed("rport:40007"))
        for each in matching:
            scene = replay.do(replay.deck.find, 1, finder(replay, narrowed("rport:40007")))
            assert (scene.place.event, scene.found, scene.is_playing) == (each.event, each, False)
            assert each.key in replay.rows
        told = replay.do(replay.deck.find, 1, finder(replay, narrowed("rport:40007"))).told
        assert told == "Nothing after this matches."
        for each in matching[-2::-1]:
            assert replay.do(replay.deck.find, -1, finder(replay, narrowed("rport:40007"))).found == each
        told = replay.do(replay.deck.find, -1, finder(replay, narrowed("rport:40007"))).told
        assert told == "Nothing before this matches."
        assert replay.scene.place.event == matching[0].event


@pytest.mark.parametrize("way", [1, -1])
def test_a_long_search_tells_how_far_it_is_and_ends_when_something_else_is_wanted(
    way: int, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcpview_tui.tui.replay.finder._BLOCK", 10)
    with stage(recording) as replay:
        if way < 0:
            replay.deck._go(replay.scene.end)
        place, shown = replay.scene.place, len(replay.scenes)
        replay.do(replay.deck.find, way, finder(replay, narrowed("rport:1")))
        told = [scene.told for scene in replay.scenes[shown:]]
        shares = [int(text.split()[1].rstrip("%.")) for text in told[:-1]]
        assert told[-1] == f"Nothing {'after' if way > 0 else 'before'} this matches."
        assert len(shares) >= 3
        assert shares == sorted(shares)
        assert all(0 <= share <= 100 for share in shares)
        assert all("Esc ends it" in text for text in told[:-1])
        replay.is_wanted = True
        shown = len(replay.scenes)
        replay.do(replay.deck.find, way, finder(replay, narrowed("rport:1")))
        (scene,) = replay.scenes[shown:]
        assert scene.told.startswith("The search was ended, after ")
        assert scene.place == place
        assert not replay.deck.is_searching


def test_a_search_among_judgements_of_many_rows_can_be_ended_at_any_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcpview_tui.tui.replay.finder._BLOCK", 20)
    of_curl = [Judged(later(1), *found_of(("process", CURL.identity), f"at {each}")) for each in range(5)]
    path = taped(tmp_path / "a.tcpview", [*(Opened(HERE, call(key)) for key in range(20)), *of_curl])
    with stage(path) as replay:
        looked = list(finder(replay, narrowed("rport:1")).after(0, 25))
        assert looked == [20, 21, 22, 23, 24, 25]


def test_a_search_from_the_end_is_none_of_what_stands_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tcpview_tui.tui.replay.finder._BLOCK", 5)
    path = film(tmp_path / "a.tcpview")
    with stage(path) as replay:
        end = replay.scene.end
        for place in (end, replay.history.place(end.event - 1)):
            replay.deck._go(place)
            before = len(replay.scenes)
            scene = replay.do(replay.deck.find, 1, finder(replay, narrowed("rport:1")))
            assert scene.told == "Nothing after this matches."
            told = {each.told.partition(".")[0] for each in replay.scenes[before:-1]}
            assert told <= {"Searching: 0%", "Searching: 100%"}
