from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.columns import Context
from tcpview_tui.model.moment import Moment, Moments
from tcpview_tui.model.narrowing import Narrowing
from tests.fakes import EPOCH, connection
from tests.model.screen import Screen


def test_without_a_mark_nothing_is_dimmed_or_hidden() -> None:
    for only in (False, True):
        moments = Moments(only=only)
        assert (moments.dims_since, moments.shows_since) == (None, None)


def test_a_mark_dims_or_hides_what_is_older() -> None:
    moments = Moments()
    assert moments.mark(3, EPOCH) == Moment(3, EPOCH)
    assert (moments.dims_since, moments.shows_since) == (3, None)
    moments.only = True
    assert (moments.dims_since, moments.shows_since) == (None, 3)


def test_the_first_look_of_all_can_be_marked() -> None:
    moments = Moments()
    moments.mark(0, EPOCH)
    assert moments.dims_since == 0
    moments.only = True
    assert moments.shows_since == 0


def test_the_same_look_is_marked_once_and_is_in_force_again() -> None:
    moments = Moments()
    first = moments.mark(3, EPOCH)
    moments.mark(5, EPOCH + 2)
    assert moments.mark(3, EPOCH + 9) is first
    assert moments.current is first
    assert moments.marked == [(3, EPOCH), (5, EPOCH + 2)]


def test_a_mark_out_of_force_stays_in_the_list() -> None:
    moments = Moments()
    moments.mark(3, EPOCH)
    moments.current = None
    assert (moments.dims_since, moments.shows_since, len(moments.marked)) == (None, None, 1)


@given(st.lists(st.integers(0, 5)), st.booleans())
def test_the_last_mark_is_in_force(looks: list[int], only: bool) -> None:
    moments = Moments(only=only)
    for look in looks:
        moments.mark(look, float(look))
    assert [moment.look for moment in moments.marked] == list(dict.fromkeys(looks))
    since = looks[-1] if looks else None
    assert (moments.dims_since, moments.shows_since) == ((None, since) if only else (since, None))


def test_what_opened_changed_or_closed_since_the_mark_is_what_is_new() -> None:
    screen, moments = Screen(), Moments(only=True)
    screen.look(connection(1), connection(2), connection(3))
    moments.mark(screen.sequence, screen.clock.wall())
    screen.wait(60)
    screen.view.narrow(Narrowing(since=moments.shows_since))
    assert screen.keys == []
    screen.look(connection(1), connection(2, remote=("192.0.2.7", 1)), connection(4))
    assert set(screen.keys) == {2, 3, 4}
    moments.mark(screen.sequence, screen.clock.wall())
    screen.view.narrow(Narrowing(since=moments.shows_since))
    assert screen.keys == []


def test_a_row_is_dimmed_exactly_when_it_would_be_hidden() -> None:
    screen, moments = Screen(), Moments()
    screen.look(connection(1), connection(2))
    moments.mark(screen.sequence, screen.clock.wall())
    screen.look(connection(2), connection(3))
    since = moments.dims_since
    assert since is not None
    dimmed = {row.key for row in screen.view.rows() if row.touched <= since}
    passes = Narrowing(since=since).passes(Context())
    assert passes is not None
    assert dimmed == {row.key for row in screen.view.rows() if not passes(row)} == {2}
