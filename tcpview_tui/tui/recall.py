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


def changed(begun: Remembered, now: Remembered, before: Remembered) -> Remembered:
    """Return what to remember: what this run has changed since it began, and of all else what was remembered `before`.

    What came from an option or the config file and was left alone is not remembered.
    """
    then = asdict(begun)
    return replace(before, **{name: value for name, value in asdict(now).items() if value != then[name]})


def _by(name: str) -> By:
    column = name.removeprefix("-")
    return By(column if column in BY_ID else "process", name.startswith("-"))
