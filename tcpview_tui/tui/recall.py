"""From what is remembered to the session, and back: one table of all there is to remember."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from tcpview_tui.model.arrangement import Arrangement
from tcpview_tui.model.grouping import GROUPING_BY_ID
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.query import parse
from tcpview_tui.model.sieve import Named
from tcpview_tui.remembered import STATE_BY_NAME, Remembered, SavedFilter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tcpview_tui.changes import Facts
    from tcpview_tui.tui.session import Session


def restore(session: Session, remembered: Remembered) -> None:
    """Bring a session, before its first look, to where the last one was left."""
    for thing in THINGS:
        value = getattr(remembered, thing.name)
        if value is not None and thing.put is not None:
            thing.put(session, value)


def facts(session: Session) -> Facts:
    """Return all of the session that can be remembered."""
    return {thing.name: thing.get(session) for thing in THINGS}


def _filter(session: Session) -> str:
    return session.sieve.query.text if session.sieve.query else ""


def _sort(session: Session) -> tuple[str, ...]:
    return tuple(f"{'-' if by.reverse else ''}{by.column}" for by in session.view.order.by)


def _put_sort(session: Session, names: tuple[str, ...]) -> None:
    session.view.sort(Order(tuple(By(name.removeprefix("-"), name.startswith("-")) for name in names[:2])))


def _hidden(session: Session) -> tuple[str, ...]:
    return tuple(sorted(session.sieve.off))


def _put_hidden(session: Session, kinds: tuple[str, ...]) -> None:
    session.sieve.off = frozenset(kinds)


def _states(session: Session) -> tuple[str, ...]:
    return tuple(name for name, state in STATE_BY_NAME.items() if state in session.sieve.states)


def _put_states(session: Session, names: tuple[str, ...]) -> None:
    session.sieve.states = frozenset(STATE_BY_NAME[name] for name in names)


def _group(session: Session) -> str:
    return session.view.grouping.id if session.view.grouping else ""


def _put_group(session: Session, name: str) -> None:
    session.view.group(GROUPING_BY_ID.get(name))


def _put_details(session: Session, shown: bool) -> None:
    session.details = shown


def _columns_off(session: Session) -> tuple[str, ...]:
    return tuple(name for name in session.arrangement.order if name in session.arrangement.off)


def _widths(session: Session) -> dict[str, int]:
    return dict(session.arrangement.widths)


def _arrange(session: Session, **given: Any) -> None:
    now = session.arrangement
    session.arrangement = Arrangement.of(**{"order": now.order, "off": now.off, "widths": dict(now.widths)} | given)


def _filters(session: Session) -> dict[str, SavedFilter]:
    return {each.name: SavedFilter(each.query.text, each.on) for each in session.sieve.named}


def _put_filters(session: Session, filters: dict[str, SavedFilter]) -> None:
    session.sieve.named = tuple(Named(name, parse(each.expression), each.on) for name, each in filters.items())


class Thing(NamedTuple):
    """One thing that is remembered. A setting is not put: the session was made with it."""

    name: str
    get: Callable[[Session], Any]
    put: Callable[[Session, Any], None] | None = None


THINGS = (
    Thing("interval", attrgetter("interval")),
    Thing("theme", attrgetter("theme")),
    Thing("filter", _filter),
    Thing("sort", _sort, _put_sort),
    Thing("hidden", _hidden, _put_hidden),
    Thing("states", _states, _put_states),
    Thing("group", _group, _put_group),
    Thing("keep_closed", attrgetter("live.keeps_closed"), lambda session, keep: session.keep_closed(keep)),
    Thing("details", attrgetter("details"), _put_details),
    Thing("traffic", attrgetter("marks_traffic")),
    Thing("columns", attrgetter("arrangement.order"), lambda session, order: _arrange(session, order=order)),
    Thing("columns_off", _columns_off, lambda session, off: _arrange(session, off=off)),
    Thing("widths", _widths, lambda session, widths: _arrange(session, widths=widths)),
    Thing("filters", _filters, _put_filters),
)
