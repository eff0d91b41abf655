"""From what is remembered to the session, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import asdict, replace

from tcpview_tui.model.arrangement import Arrangement
from tcpview_tui.model.columns import BY_ID
from tcpview_tui.model.grouping import GROUPING_BY_ID
from tcpview_tui.model.order import By, Order
from tcpview_tui.model.query import parse
from tcpview_tui.model.sieve import Named
from tcpview_tui.remembered import STATE_BY_NAME, Remembered, SavedFilter

if TYPE_CHECKING:
    from tcpview_tui.remembered import Memory
    from tcpview_tui.tui.session import Session


def restore(session: Session, remembered: Remembered) -> None:
    """Bring a session, before its first look, to where the last one was left.

    Interval, theme and filter are settings, and in the session's settings already.
    """
    sieve, view = session.sieve, session.view
    sieve.off = frozenset(remembered.hidden or ())
    sieve.states = frozenset(STATE_BY_NAME[name] for name in remembered.states or ())
    sieve.named = tuple(Named(f.name, parse(f.expression), f.on) for f in remembered.filters)
    session.arrangement = Arrangement.of(remembered.columns or (), remembered.columns_off or (), remembered.widths)
    session.details = bool(remembered.details)
    view.sort(Order(tuple(_by(name) for name in (remembered.sort or ())[:2])))
    view.group(GROUPING_BY_ID.get(remembered.group or ""))
    session.live.keep_closed(bool(remembered.keep_closed))


def facts(session: Session) -> Remembered:
    """Return everything of the session that can be remembered."""
    sieve, view, arrangement = session.sieve, session.view, session.arrangement
    return Remembered(
        interval=session.interval,
        theme=session.theme,
        filter=sieve.query.text if sieve.query else "",
        sort=tuple(f"{'-' if by.reverse else ''}{by.column}" for by in view.order.by),
        hidden=tuple(sorted(sieve.off)),
        states=tuple(name for name, state in STATE_BY_NAME.items() if state in sieve.states),
        group=view.grouping.id if view.grouping else "",
        keep_closed=session.live.keeps_closed,
        details=session.details,
        columns=arrangement.order,
        columns_off=tuple(name for name in arrangement.order if name in arrangement.off),
        widths=dict(arrangement.widths),
        filters=tuple(SavedFilter(each.name, each.query.text, each.on) for each in sieve.named),
    )


class Recall:
    """Tells what a run has changed: it compares how the session is with how it began."""

    def __init__(self, session: Session, memory: Memory) -> None:
        """Bring the session to where `memory` was left."""
        self._session = session
        self._before = memory.remembered
        restore(session, self._before)
        self._begun = asdict(facts(session))

    def changed(self) -> Remembered:
        """Return what to remember: what this run has changed, and of all else what was remembered before it.

        What came from an option or the config file and was left alone is not remembered.
        """
        now = asdict(facts(self._session))
        return replace(self._before, **{name: value for name, value in now.items() if value != self._begun[name]})


def _by(name: str) -> By:
    column = name.removeprefix("-")
    return By(column if column in BY_ID else "process", name.startswith("-"))
