"""A pilot that goes on when the screen stands still."""

from __future__ import annotations

import asyncio

from textual.app import ReturnType
from textual.pilot import Pilot

PATIENCE = 20.0
"""Seconds after which something that should happen counts as never happening."""

_WHILE = 0.001
"""Seconds that other threads get before it looks again."""


class Steady(Pilot[ReturnType]):
    """Waits until nothing is left to be laid out, drawn or dealt with.

    Textual's own takes a process that has used no processor time for 20 ms to be idle. On a busy machine it may as well
    have been given none: a dialog was then looked at between two steps of its layout.
    """

    async def pause(self, delay: float | None = None) -> None:
        """Wait for `delay` seconds, or as long as it takes a process to be idle; and then for what is left."""
        await super().pause(delay)
        async with asyncio.timeout(PATIENCE):
            while self.app.is_running and not self._is_still():
                await super().pause(_WHILE)

    def _is_still(self) -> bool:
        screen = self.app.screen
        pumps = [self.app, *screen.walk_children(with_self=True)]
        is_waiting = screen._layout_required or screen._dirty_widgets or screen._callbacks or self.app._resize_event
        return not is_waiting and not any(pump._message_queue.qsize() for pump in pumps)
