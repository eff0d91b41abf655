"""What the lines around the table say. Pure functions of the session: text and paints in, nothing out."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import State
from tcpview_tui.model.toggles import TOGGLES
from tcpview_tui.text import local_time, size
from tcpview_tui.tui.cells import fit
from tcpview_tui.tui.painter import SUSPICIOUS

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from tcpview_tui.model.live import Tally
    from tcpview_tui.tui.action import Action
    from tcpview_tui.tui.line import Piece
    from tcpview_tui.tui.session import Session
    from tcpview_tui.tui.theme import Palette

_SPARKS = 10
"""Looks that the sparkline shows, a cell each."""

_TELLING = 3
"""Spellings of the counts that still tell each of them: for a sum of what flows no count is left out."""

_COUNTED = (
    (State.ESTABLISHED, "Established", "Est"),
    (State.LISTEN, "Listening", "Listen"),
    (State.TIME_WAIT, "Time Wait", "TW"),
    (State.CLOSE_WAIT, "Close Wait", "CW"),
)


def status(session: Session, palette: Palette, width: int) -> list[Piece]:
    """Return the status bar: TCPView's counts, what the last look brought, the interval, what is suspicious, and live
    or frozen.

    What flows stands between them where there is room for it.
    """
    end, taping, spelled = _mode(session), _taping(session), _counts(session)
    room = width - len(end) - len(taping)
    marked = _marked(session.marked.rows, spelled[:_TELLING], room)
    room -= len(marked)
    counts, flow = _fitting(spelled, _flows(session), room)
    bar = [(counts.ljust(room - len(flow)) + flow, palette.status)]
    signs = [each for each in ((marked, palette.suspicious), (taping, palette.closed)) if each[0]]
    return [*bar, *signs, (end, palette.status if session.frozen_at is None else palette.frozen)]


def _marked(number: int, counts: Sequence[str], room: int) -> str:
    """Return how many rows are suspicious, if any is: in a word where that leaves each of the counts its place."""
    if not number:
        return ""
    sign = f" {SUSPICIOUS} {number:,} "
    told = f"{sign}suspicious "
    return told if any(len(text) + len(told) <= room for text in counts) else sign


def _fitting(counts: Sequence[str], flows: Sequence[str], room: int) -> tuple[str, str]:
    """Return the first counts that fit beside what flows, told long or short; else the first ones that fit alone."""
    both = ((text, flow) for text in counts[:_TELLING] for flow in flows)
    alone = ((text, "") for text in counts)
    return next((each for each in (*both, *alone) if len("".join(each)) <= room), ("", ""))


def _counts(session: Session) -> list[str]:
    live, glyphs = session.live, session.glyphs
    if session.snapshot is None:
        return [" The first look is under way", ""]
    held = live.held is not None  # then the end of the bar counts since the freeze, and the last look alone says less
    last = "" if held else _tally(live.last)
    every = f"{session.interval:g} s"
    spelled = "  ".join(f"{name}: {live.states[state]}" for state, name, _ in _COUNTED)
    brief = [f"{name} {live.states[state]}" for state, _, name in _COUNTED]
    ends = [last, every] if last else [every]
    dot = f" {glyphs.dot} "
    return [
        f" Endpoints: {live.endpoints}  {spelled}{f'  Last look: {last}' if last else ''}  Interval: {every}",
        f" {dot.join([f'Endpoints {live.endpoints}', *brief, *ends])}",
        f" {dot.join([str(live.endpoints), *brief, *ends])}",
        f" {' '.join([str(live.endpoints), *ends])}",
        f" {live.endpoints}",
    ]


def _flows(session: Session) -> Sequence[str]:
    """Return what was received and sent in the last look, with a sparkline of those before, and without one.

    Each is always as wide.
    """
    traffic, glyphs = session.traffic, session.glyphs
    if not session.shows_flow:
        return ()
    received, sent = (f"{size(rate)}/s" for rate in traffic.flow)
    sums = [0.0] * _SPARKS + [flow.received + flow.sent for flow in traffic.history]
    bars = sparkline(sums[-_SPARKS:], glyphs.bars)
    return (
        f"  {glyphs.incoming} {received:>7} {glyphs.outgoing} {sent:>7} {bars} ",
        f" {glyphs.incoming}{received:>7} {glyphs.outgoing}{sent:>7} ",
    )


def sparkline(values: Sequence[float], bars: str) -> str:
    """Return a bar for each value, the highest for the greatest of them, the lowest for nothing alone."""
    most = max(values, default=0.0)
    return "".join(bars[ceil(value / most * (len(bars) - 1)) if most else 0] for value in values)


def _tally(tally: Tally) -> str:
    return f"+{tally.opened} ~{tally.changed} x{tally.closed}"


def _mode(session: Session) -> str:
    held = session.live.held
    if held is None or session.frozen_at is None:
        return f" {session.standing} "
    return f" FROZEN {local_time(session.frozen_at)} {_tally(held)} "


def _taping(session: Session) -> str:
    """Return the sign of a recording: how long it is under way, or that it cannot be written."""
    taping = session.taping
    if taping.path is None:
        return ""
    minutes, seconds = divmod(int(taping.elapsed), 60)
    return f" REC {minutes}:{seconds:02} " if taping.problem is None else " REC: not written "


def notice(session: Session, palette: Palette, width: int, key: str) -> list[Piece]:
    """Return the line of honest limits: what is not visible and why, and the `key` that tells more."""
    end = f" {key}: more "
    text = f" {session.glyphs.dot} ".join(problem.summary for problem in session.problems())
    shown = fit(f" {session.glyphs.plain(text)}", max(width - len(end), 0), ellipsis=session.glyphs.ellipsis)
    return [(shown, palette.hint), (end, palette.key)]


def chips(session: Session, palette: Palette, key: str) -> list[Piece]:
    """Return what makes the table show other than everything, as chips, and the `key` that shows everything again."""
    view, sieve, plain = session.view, session.sieve, session.glyphs.plain
    pieces: list[Piece] = []
    if view.narrowing:
        pieces.append((f" {view.shown} of {view.total} rows, {key} shows all ", palette.hint))
    if sieve.query is not None:
        pieces += _chip("Filter", plain(sieve.query.text), palette.status, palette.new)
    named = [each.name for each in sieve.named if each.on]
    if named:
        pieces += _chip("Saved", plain(", ".join(named)), palette.status, palette.new)
    off = [toggle.title for toggle in TOGGLES if toggle.id in sieve.off]
    off += [state.label for state in State if state in sieve.states]
    if off:
        pieces += _chip("Hidden", ", ".join(off), palette.status, palette.changed)
    return pieces + _arranged(session, palette)


def _arranged(session: Session, palette: Palette) -> list[Piece]:
    """Return the chips of what hides nothing: marks, groups, selected, pinned, new and kept rows."""
    view, moments, live = session.view, session.sieve.moments, session.live
    pieces: list[Piece] = []
    if moments.current:
        how = "older hidden" if moments.only else "older dimmed"
        pieces += _chip("Marked", f"{local_time(moments.current.at)}, {how}", palette.status, palette.frozen)
    if view.grouping:
        pieces += _chip("Groups", view.grouping.title.lower(), palette.status, palette.hint)
    if view.selection:
        pieces += _chip("Selected", f"{len(view.selection.keys)}", palette.status, palette.selected)
    if view.pins:
        pieces += _chip("Pinned", f"{len(view.pins)}", palette.status, palette.hint)
    if session.bench.outside:
        pieces += _chip("Outside the baseline", f"{session.bench.outside}", palette.status, palette.suspicious)
    if live.keeps_closed:
        pieces += _chip("Closed kept", f"{live.closed}", palette.status, palette.hint)
    return pieces


def _chip(title: str, value: str, *paints: str) -> list[Piece]:
    return [(f" {title} ", paints[0]), (f" {value} ", paints[1])]


def hints(actions: Sequence[Action], palette: Palette, width: int, pressing: Container[str] = ()) -> list[Piece]:
    """Return the keys a newcomer needs, as many as fit, each in its place.

    The way out and the way to all of them come first then, and after them those whose ids are `pressing`.
    """
    there: set[str] = set()
    for action in sorted(actions, key=lambda action: (action.hint != "always", action.id not in pressing)):
        size = len(action.key_names[0]) + len(action.title) + 3
        if action.hint == "always" or size <= width:
            there.add(action.id)
            width -= size
    shown = [(f" {action.key_names[0]}", f" {action.title} ") for action in actions if action.id in there]
    return [piece for key, title in shown for piece in ((key, palette.key), (title, palette.hint))]
