"""How time passes in a recording: from moment to moment, by two clocks that somebody may have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.record.reader import ReadingError

if TYPE_CHECKING:
    from tcpview_tui.record.history import History, Place

_APART = 60.0
"""Seconds between two moments by which the clock that nobody sets may be ahead of the one on the wall."""


def later(history: History, here: Place, end: Place, seconds: float, most: int) -> tuple[Place, str]:
    """Return the place so much later, but not after `end`, and what is to be said of the way, if anything is.

    After `most` events it is the end of their moment: time passes slower than told, and nothing is left out.
    """
    place, told = here, ""
    while place.event < end.event and place.event - here.event < most:
        coming = _next(history, place)
        trouble = _trouble(place, coming)
        wait = 0.0 if trouble else coming.clock - place.clock
        if wait > seconds:
            return place.after(seconds), told
        place, seconds, told = coming, seconds - wait, told or trouble
    return place, told


def _next(history: History, place: Place) -> Place:
    """Return the place after the next moment; where none can be read, the next event: who goes there is told why."""
    try:
        coming = history.place(place.event + 1)
        return coming._replace(event=history.last_with(coming.event))
    except ReadingError:
        return place._replace(event=place.event + 1)


def _trouble(place: Place, coming: Place) -> str:
    """Return why nobody waits for the next place: a clock goes back, as when a machine restarts, or is damaged.

    Nothing but the other clock can tell whether a long time is a quiet one.
    """
    wait = coming.clock - place.clock
    if wait < 0:
        return f"The clock goes back before event {place.event + 1:,}: nobody waits there."
    if wait > max(coming.wall - place.wall, 0.0) + _APART:
        return f"The two clocks of event {place.event + 1:,} contradict each other: nobody waits for it."
    return ""
