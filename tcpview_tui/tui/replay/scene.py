"""What a replay hands to its screen: where it is, and what happened on the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.record.event import Event
    from tcpview_tui.record.history import Place
    from tcpview_tui.record.states import Whole
    from tcpview_tui.tui.replay.finder import Found

SPEEDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""How many seconds of the recording pass in one."""


class Scene(NamedTuple):
    """Where the replay is, and what happened since the scene before.

    After a leap, `whole` is what was so before the events in `moments`. `activity` counts the events in each part of
    the time from `start` to `end`, one part a cell of the time line; `None` is for damage. `found` is what was searched
    for; `told` is a sentence for the person, if there is one.
    """

    place: Place
    start: Place
    end: Place
    is_playing: bool
    speed: int
    moments: Sequence[Sequence[Event]] = ()
    whole: Whole | None = None
    activity: Sequence[int | None] = ()
    found: Found | None = None
    told: str = ""
