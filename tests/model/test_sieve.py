from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import State
from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.query import parse
from tcpview_tui.model.sieve import Named, Sieve

WEB, MAIL, HIGH = parse("rport:443"), parse("rport:25"), parse("rport>1024")


def test_an_open_sieve_lets_everything_through() -> None:
    assert Sieve().narrowing() == Narrowing()


def test_everything_is_in_force_at_once() -> None:
    sieve = Sieve(WEB, (Named("high", HIGH), Named("mail", MAIL, on=False)), frozenset({"udp"}), frozenset(State))
    sieve.moments.mark(7, 0.0)
    assert sieve.narrowing() == Narrowing((WEB, HIGH), frozenset({"udp"}), frozenset(State))
    sieve.moments.only = True
    assert sieve.narrowing().since == 7


def test_a_filter_that_is_saved_is_on_and_last() -> None:
    sieve = Sieve()
    sieve.save("a", WEB)
    sieve.save("b", MAIL)
    assert sieve.named == (Named("a", WEB), Named("b", MAIL))
    assert sieve.narrowing().queries == (WEB, MAIL)


def test_a_name_is_given_once() -> None:
    sieve = Sieve(named=(Named("a", WEB, on=False), Named("b", MAIL)))
    sieve.save("a", HIGH)
    assert sieve.named == (Named("b", MAIL), Named("a", HIGH))


def test_switching_touches_one_name_and_loses_none() -> None:
    sieve = Sieve(named=(Named("a", WEB), Named("b", MAIL)))
    sieve.switch("a")
    assert sieve.named == (Named("a", WEB, on=False), Named("b", MAIL))
    assert sieve.narrowing().queries == (MAIL,)
    sieve.switch("a")
    assert sieve.named == (Named("a", WEB), Named("b", MAIL))


def test_an_unknown_name_changes_nothing() -> None:
    sieve = Sieve(named=(Named("a", WEB),))
    sieve.switch("b")
    sieve.forget("b")
    assert sieve.named == (Named("a", WEB),)


def test_a_filter_can_be_forgotten() -> None:
    sieve = Sieve(named=(Named("a", WEB), Named("b", MAIL)))
    sieve.forget("a")
    assert sieve.named == (Named("b", MAIL),)


NAMED = st.lists(st.builds(Named, st.sampled_from("abc"), st.sampled_from([WEB, MAIL, HIGH]), st.booleans()))
UNIQUE = NAMED.map(lambda some: tuple({each.name: each for each in some}.values()))


@given(
    st.none() | st.just(WEB),
    UNIQUE,
    st.frozensets(st.sampled_from(["tcp", "udp"])),
    st.frozensets(st.sampled_from(State)),
    st.none() | st.integers(0, 9),
    st.booleans(),
)
def test_opening_lets_everything_through_and_loses_no_name_and_no_mark(
    query: object, named: tuple[Named, ...], off: frozenset[str], states: frozenset[State], look: int | None, only: bool
) -> None:
    sieve = Sieve(WEB if query else None, named, off, states)
    sieve.moments.only = only
    if look is not None:
        sieve.moments.mark(look, 0.0)
    sieve.open()
    assert sieve.narrowing() == Narrowing()
    assert sieve.moments.dims_since is None
    assert [(each.name, each.query) for each in sieve.named] == [(each.name, each.query) for each in named]
    assert [moment.look for moment in sieve.moments.marked] == ([] if look is None else [look])
    assert sieve.moments.only is only
