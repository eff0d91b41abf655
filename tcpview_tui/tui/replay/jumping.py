"""Where to go in a recording, as people write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.text import LAST_DATE, safe
from tcpview_tui.transfer.instant import distance

if TYPE_CHECKING:
    from tcpview_tui.record.history import Place


class Times(NamedTuple):
    """The first place of a recording, its last one, and the present one."""

    start: Place
    end: Place
    here: Place


class JumpError(ValueError):
    """The text names no time: a sentence that says what would."""


class Target(NamedTuple):
    """Where to go: a time of the monotonic clock, or a second UTC."""

    clock: Callable[[Times], float] | None = None
    wall: Callable[[Times], float] | None = None


def target(text: str) -> Target:
    """Return where to go. Raises JumpError.

    ``start`` and ``end``; ``+5m`` and ``-1h5m`` from here; ``50%`` of the time; a time of day (that of the present
    place) or a date, local unless it has a zone.
    """
    text = text.strip()
    if text in ("start", "end"):
        return Target(lambda times: getattr(times, text).clock)
    if found := re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)%", text):
        share = min(float(found[1]) / 100, 1.0)
        return Target(lambda times: times.start.clock + share * (times.end.clock - times.start.clock))
    step = distance(text)
    if step is not None:
        return Target(lambda times: times.here.clock + step)
    return Target(wall=_wall(text))


def _wall(text: str) -> Callable[[Times], float]:
    if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?", text):
        time = _parsed(text.zfill(5) if text.count(":") == 1 else text.rjust(len(text) + (text[1] == ":"), "0"))
        return lambda times: _today(times, time)
    told = _parsed(text)
    try:
        at = min(max(told.timestamp(), 0.0), LAST_DATE)
    except (OverflowError, OSError) as error:
        raise _refusal(text) from error
    return lambda _: at


def _today(times: Times, time: datetime) -> float:
    """Return a time of day as a second UTC: on the day of the present place, or, if that is not in it, of another."""
    on: list[float] = []
    with suppress(OverflowError, ValueError, OSError):  # no calendar goes beyond the year 9999
        here = datetime.fromtimestamp(times.here.wall).astimezone()
        for days in (0, -1, 1):
            day = here + timedelta(days=days)
            on.append(datetime.combine(day.date(), time.time()).astimezone().timestamp())
    inside = (at for at in on if times.start.wall - 1 <= at <= times.end.wall + 1)
    return next(inside, on[0] if on else times.here.wall)


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(f"2000-01-01T{text}" if text[2:3] == ":" else text)
    except ValueError as error:
        raise _refusal(text) from error


def _refusal(text: str) -> JumpError:
    return JumpError(
        f"'{safe(text, 40)}' is no time; expected 14:02, 14:02:11, 2026-01-31T14:02, +5m, -1h5m, 50%, start or end."
    )
