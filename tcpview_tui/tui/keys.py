"""Keys in the order they were typed, each dealt with before the next is looked at.

Textual hands a key to the widget that has the focus at that moment and goes on with the next key. In a burst (a
paste, a slow SSH line) the letters after ``/`` would reach the table, because the filter does not have the focus
yet: ``/kube`` would end a process. So keys wait in a queue here until everything the last one set off has happened.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import events

from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import App
    from textual.message_pump import MessagePump

TWICE = 2.0
"""Seconds within which a second Ctrl-C leaves; later, it copies again."""

PATIENCE = 2.0
"""Seconds after which a key counts as stuck, and the keys typed behind it are dropped."""


class KeyQueue:
    """Passes keys on one by one."""

    def __init__(self, app: App[int], dispatch: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._dispatch = dispatch
        self._queue: asyncio.Queue[events.Event] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def put(self, event: events.Event) -> None:
        """Add a key, a paste or a click to the end of the queue."""
        for each in _apart(event):
            self._queue.put_nowait(each)
        if not self.is_busy:
            self._task = asyncio.create_task(self._run())

    @property
    def is_busy(self) -> bool:
        """True while something that was typed has not been dealt with."""
        return self._task is not None and not self._task.done()

    async def _run(self) -> None:
        while not self._queue.empty():
            await self._dispatch(self._queue.get_nowait())
            try:
                await asyncio.wait_for(self._settled(), PATIENCE)
            except TimeoutError:
                self._forget()

    def _forget(self) -> None:
        """Drop the keys that wait, but for Ctrl-C: lost, they do no harm; in the wrong place they might."""
        waiting = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        for event in waiting:
            if isinstance(event, events.Key) and event.key == "ctrl+c":
                self._queue.put_nowait(event)

    async def _settled(self) -> None:
        """Wait until the messages that a key set off have been dealt with, in new dialogs too."""
        before = None
        while self._app.is_running and before is not self._app.screen:
            before = self._app.screen
            for pump in [*_chain(self._app.focused or before), self._app]:
                await _drained(pump)


def _apart(event: events.Event) -> list[events.Event]:
    """Return the event as the program takes it.

    Alt+k becomes Esc and k: on a terminal line they are the same bytes, and no action is on Alt. A paste becomes one
    line of safe text: a clipboard is as foreign as a process name, and Textual's inputs would draw its escapes.
    """
    if isinstance(event, events.Paste):
        return [events.Paste(" ".join(safe(line) for line in event.text.splitlines() if line.strip()))]
    if isinstance(event, events.Key) and event.key.startswith("alt+"):
        letter = event.character or ""
        if letter.isprintable() and letter:
            return [events.Key("escape", None), events.Key(letter, letter)]
    return [event]


def _chain(widget: MessagePump) -> list[MessagePump]:
    chain: list[MessagePump] = []
    pump: MessagePump | None = widget
    while pump is not None and len(chain) < 64:
        chain.append(pump)
        pump = pump._parent
    return chain


async def _drained(pump: MessagePump) -> None:
    """Wait until `pump` has dealt with every message it has by now: they are first in, first out."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        await done.wait()
