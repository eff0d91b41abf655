"""Whose a life was: of the namespace it was in, and of who listens where it was accepted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tcpview_tui.model.connection import UNKNOWN_NAMESPACE, Connection, Endpoint, Family, Namespace, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.snapshot import Ending
from tcpview_tui.sources.brief import Brief, Told
from tcpview_tui.sources.lives import Life
from tests.fakes import CURL, NGINX, FakeClock, listener
from tests.sources.told import HERE, OWN, THERE, life, row, settle


def accepted_by(*listening: Connection, family: Family = 4) -> tuple[Process, ...]:
    """Return who is told to have accepted a life at 10.0.0.5:50000, when all that is known is who listens."""
    brief = Brief(FakeClock(), OWN)
    brief.take([replace(life(1.0, 2.0), family=family, direction="in", process=None)])
    (passed,) = brief.settle((), lambda: listening).passed
    return passed.connection.owners


def test_an_accepted_life_without_a_process_had_the_listeners() -> None:
    brief = Brief(FakeClock(), OWN)
    accepted = replace(life(1.0, 2.0), direction="in", process=None)
    brief.take([accepted, replace(accepted, local=Endpoint("10.0.0.5", 1)), replace(accepted, direction="out")])
    told = brief.settle((), lambda: [listener("a", 50000)])
    assert sorted(len(passed.connection.owners) for passed in told.passed) == [0, 0, 1]


def test_the_listener_at_the_address_comes_before_one_for_every_address() -> None:
    near, every = listener("a", 50000, (CURL,), "10.0.0.5"), listener("b", 50000)
    assert accepted_by(near, every) == accepted_by(every, near) == (CURL,)
    assert accepted_by(listener("c", 50000, address="10.0.0.6")) == ()
    assert accepted_by(listener("c", 50000, (CURL,), "::"), every) == (NGINX,)
    assert accepted_by(listener("c", 50000, (CURL,), "::")) == (CURL,)
    assert accepted_by(every, family=6) == ()


def test_nobody_is_named_where_several_listen_or_several_namespaces_disagree() -> None:
    own, elsewhere = listener("a", 50000), replace(listener("b", 50000), namespace=Namespace(7))
    other = replace(listener("c", 50000, (CURL,), "10.0.0.5"), namespace=Namespace(7))
    assert accepted_by(own, elsewhere) == (NGINX,)
    assert accepted_by(own, other) == ()
    assert accepted_by(own, listener("d", 50000, (CURL,))) == ()


def test_who_listens_is_not_asked_when_nothing_has_passed() -> None:
    def nobody() -> list[Connection]:
        raise AssertionError("asked")

    brief = Brief(FakeClock(), OWN)
    brief.take([life(1.0, 2.0)])
    brief.settle([row("a")], nobody)


ELSEWHERE = OWN + 6


@pytest.mark.parametrize("is_before", [True, False])
def test_a_life_goes_to_the_connection_in_its_namespace(is_before: bool) -> None:
    own, away = replace(life(1.0, 2.0), namespace=OWN), replace(life(3.0, 4.0), namespace=ELSEWHERE)
    brief = Brief(FakeClock(), OWN)
    brief.take([away, own] if is_before else [own, away])
    told = settle(brief, row("a"))
    assert told.ended == {"a": Ending(2.0)}
    assert [passed.connection.namespace for passed in told.passed] == [Namespace(ELSEWHERE)]
    brief.take([away, own] if is_before else [own, away])
    waits = replace(row("b", State.TIME_WAIT), namespace=Namespace(ELSEWHERE))
    assert brief.of(waits) == away


def test_a_life_of_an_unknown_namespace_fits_better_than_one_of_another_and_that_better_than_none() -> None:
    brief = Brief(FakeClock(), OWN)
    away = replace(life(3.0, 4.0), namespace=ELSEWHERE)
    brief.take([away, life(1.0, 2.0)])
    assert settle(brief, row("a")).ended == {"a": Ending(2.0)}
    brief.take([away])
    assert settle(brief, row("b")) == Told({"b": Ending(4.0)}, ())


@pytest.mark.parametrize("is_alone", [True, False])
@pytest.mark.parametrize(("place", "told"), [(None, UNKNOWN_NAMESPACE), (OWN, None), (ELSEWHERE, Namespace(ELSEWHERE))])
def test_what_has_passed_is_where_its_process_was(place: int | None, told: Namespace | None, is_alone: bool) -> None:
    brief = Brief(FakeClock(), OWN)
    brief.take([replace(life(1.0, 2.0), namespace=place)])
    (passed,) = brief.settle((), tuple, is_alone).passed
    assert passed.connection.namespace == (None if place is None and is_alone else told)


def test_of_what_shared_its_ends_only_the_end_is_told_and_only_where_that_is_no_guess() -> None:
    brief = Brief(FakeClock(), OWN)
    shared = Life(4, HERE, THERE, None, 2.0, state=State.CLOSED, sharers=2)
    brief.take([shared, replace(shared, closed_at=3.0)])
    told = settle(brief, row("a"))
    assert told.ended == {}
    (passed,) = told.passed
    assert (passed.closed_at, passed.connection.opened_at, passed.connection.owners) == (3.0, None, ())
    assert passed.connection.namespace == UNKNOWN_NAMESPACE


def test_an_accepted_life_is_where_the_only_one_listens_that_fits() -> None:
    away = replace(listener("a", 50000, (CURL,)), namespace=Namespace(ELSEWHERE))
    accepted = replace(life(1.0, 2.0), direction="in", process=None)

    def told(*listening: Connection, place: int | None = None) -> tuple[Namespace | None, tuple[Process, ...]]:
        brief = Brief(FakeClock(), OWN)
        brief.take([replace(accepted, namespace=place)])
        (passed,) = brief.settle((), lambda: listening).passed
        return passed.connection.namespace, passed.connection.owners

    assert told(away) == (Namespace(ELSEWHERE), (CURL,))
    assert told(away, listener("b", 50000)) == (UNKNOWN_NAMESPACE, ())
    assert told(away, listener("b", 50000), place=ELSEWHERE) == (Namespace(ELSEWHERE), (CURL,))
    assert told(away, listener("b", 50000), place=OWN) == (None, (NGINX,))


def test_a_gone_row_learns_who_had_it_from_its_life_or_else_from_who_listens() -> None:
    bare = replace(row("a"), owners=())

    def told(gone: Connection, *lives: Life) -> Ending | None:
        brief = Brief(FakeClock(), OWN)
        brief.take(lives)
        return brief.settle([gone], lambda: [listener("l", 50000)]).ended.get("a")

    accepted = replace(life(1.0, 2.0), direction="in", process=None)
    assert told(bare, life(1.0, 2.0)) == Ending(2.0, (CURL,))
    assert told(bare, accepted) == Ending(2.0, (NGINX,))
    assert told(replace(bare, direction="in")) == Ending(None, (NGINX,))
    assert told(replace(bare, direction="out")) is None
    assert told(replace(bare, direction="in", past_owners=(CURL,))) is None
    assert told(row("a"), accepted) == Ending(2.0)
