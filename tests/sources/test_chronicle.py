"""What events add to looks, without a kernel: each life is told once."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Connection, Endpoint, Namespace, State, Unowned
from tcpview_tui.sources.lives import Life
from tests.fakes import CURL, FakeClock, connection
from tests.sources.net import linux

if sys.platform == "linux":
    from tcpview_tui.sources.brief import Trace
    from tcpview_tui.sources.chronicle import Chronicle
    from tcpview_tui.sources.events import Happened

pytestmark = linux
OWN = 1


def over(key: str, state: State, unowned: Unowned | None = None) -> Connection:
    return replace(connection(key, state), unowned=unowned)


def life() -> Life:
    return Life(4, Endpoint("10.0.0.5", 50000), Endpoint("93.184.216.34", 443), 1.0, 2.0)


def following(opened: Life | None = None) -> Chronicle:
    """Return a chronicle that follows, without a kernel: `opened` is the life of what is open."""
    chronicle = Chronicle(FakeClock(), OWN)
    chronicle._is_started = True
    chronicle._events.opened = lambda local, remote: opened  # type: ignore[method-assign]
    return chronicle


def test_a_connection_that_winds_up_in_two_states_has_one_life() -> None:
    chronicle = following()
    was, orphan, waits = (
        over("a", State.ESTABLISHED), over("a", State.FIN_WAIT_2, Unowned.ENDED), over("a", State.TIME_WAIT),
    )  # fmt: skip
    chronicle.completed(orphan, was)
    chronicle.completed(waits, orphan)
    chronicle._brief.take([life(), life()])  # the second is another's
    assert len(chronicle.end_look((), tuple).passed) == 1


def test_the_end_of_a_life_that_is_told_later_than_its_row_waits_has_not_passed() -> None:
    chronicle = following(life())
    assert chronicle.completed(over("a", State.TIME_WAIT), None).opened_at == 1.0
    chronicle._brief.take([life()])
    assert chronicle.end_look((), tuple).passed == ()


def test_what_is_open_between_the_same_ends_elsewhere_tells_nothing() -> None:
    away = replace(life(), namespace=OWN + 1)
    assert following(away).completed(over("a", State.ESTABLISHED), None) == over("a", State.ESTABLISHED)
    here = replace(over("a", State.ESTABLISHED), namespace=Namespace(OWN + 1))
    assert following(away).completed(here, None).opened_at == 1.0


def test_what_is_untold_is_in_the_own_namespace_where_there_is_no_other() -> None:
    for is_alone, place in ((True, None), (False, UNKNOWN_NAMESPACE)):
        chronicle = following()
        chronicle._brief.take([life()])
        (passed,) = chronicle.end_look((), tuple, is_alone).passed
        assert passed.connection.namespace == place


def test_a_row_learns_what_its_life_tells_later() -> None:
    bare = replace(over("a", State.ESTABLISHED), owners=())
    chronicle = following()
    before = chronicle.completed(bare, None)
    assert (before.opened_at, before.direction, before.past_owners) == (None, None, ())
    chronicle._events.opened = lambda local, remote: replace(life(), direction="in", process=CURL)  # type: ignore[method-assign]
    after = chronicle.completed(replace(bare, state=State.FIN_WAIT_1), before)
    assert (after.opened_at, after.direction, after.past_owners) == (1.0, "in", (CURL,))
    chronicle = following()
    chronicle._brief.take([replace(life(), process=CURL)])
    assert chronicle.completed(replace(bare, state=State.TIME_WAIT), before).past_owners == (CURL,)


def test_what_was_told_without_an_event_is_not_told_by_a_late_one() -> None:
    chronicle = following()
    chronicle.owe([over("a", State.CLOSED)])
    chronicle._brief.take([life()])
    assert chronicle.end_look((), tuple).passed == ()


@pytest.mark.parametrize(("lost", "dropped", "trace"), [(0, 0, Trace.WHOLE), (1, 0, Trace.GAPS), (0, 1, Trace.GAPS)])
def test_a_look_says_whether_events_are_missing(lost: int, dropped: int, trace: Trace) -> None:
    chronicle = following()
    chronicle._events.drain = lambda: Happened([], lost, dropped)  # type: ignore[method-assign]
    chronicle.begin_look()
    assert chronicle.end_look((), tuple).trace is trace
    chronicle.close()
    assert chronicle.end_look((), tuple).trace is Trace.NONE
