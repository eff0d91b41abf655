"""The application: it joins session, sampling thread and screens, and restores the terminal whatever happens."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.theme import BUILTIN_THEMES

from tcpview_tui.judging.bench import UNSETTLED
from tcpview_tui.tui.actions import ACTIONS
from tcpview_tui.tui.feed import Feed
from tcpview_tui.tui.keymap import rebind
from tcpview_tui.tui.keys import KeyQueue
from tcpview_tui.tui.messages import FindingsArrived, NamesArrived, SnapshotTaken
from tcpview_tui.tui.screens.live import LiveScreen
from tcpview_tui.tui.session import Session
from tcpview_tui.tui.theme import PALETTES, Palette, choose, textual_theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.binding import BindingType
    from textual.driver import Driver
    from textual.message import Message
    from textual.screen import Screen

    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.judging.bench import Bench
    from tcpview_tui.memory import Memory
    from tcpview_tui.model.diff import Difference
    from tcpview_tui.model.snapshot import Snapshot
    from tcpview_tui.sources.base import Sampler
    from tcpview_tui.tui.action import Action
    from tcpview_tui.tui.driver import TerminalDriver
    from tcpview_tui.tui.replay.player import Player
    from tcpview_tui.tui.screens.main import MainScreen

_NO_KEY = "<ignore>"
"""A key that nobody can press (`textual.keys.Keys.Ignore`): an empty text would leave an action the key it had."""

_FINDINGS_PAUSE = 0.2
"""Seconds in which findings are gathered before they are shown: one look has several in a row."""

_EXIT_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_FAREWELL = 1
"""Seconds for the source to close, when the program ends without a loop."""

_DEADLINE = 5
"""Seconds after a signal until the program ends without a farewell: its terminal no longer takes one."""


class TcpviewApp(App[int]):
    """The live table. It returns an exit status; `failure` holds the exception that ended it, if one did."""

    CSS_PATH = Path(__file__).with_name("app.tcss")
    TITLE = "tcpview-tui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "interrupt", "Quit", priority=True)]

    SESSION: ClassVar[type[Session]] = Session
    engine: Feed | Player
    """What brings what is shown."""
    feed: Feed
    """That of the live table."""

    def __init__(
        self,
        sampler: Sampler,
        clock: Clock,
        settings: Settings,
        cache: Path,
        no_color: bool = False,
        memory: Memory | None = None,
        bench: Bench | None = None,
    ) -> None:
        """`cache` is a folder for look-up answers. With `no_color` no colour is sent at all.

        `memory` is what earlier runs remembered. Without a `bench` nothing is judged. Raises `ConfigError` when the
        keys of `settings` clash.
        """
        actions = rebind(ACTIONS, settings.keys)
        super().__init__(driver_class=_driver(), ansi_color=True if no_color else None)
        self.animation_level = "none"
        self.failure: Exception | None = None
        self.farewell: tuple[str, ...] = ()
        """What is to be told, when all is over, of a recording that was under way."""
        self.session = self.SESSION(sampler, clock, settings, cache, self._named, memory, bench)
        self.main = self._stage(actions)
        other = [action for action in actions if action.id in settings.keys and action.is_in(self.main.table_of)]
        self.set_keymap({action.id: ",".join(action.keys) or _NO_KEY for action in other})
        self._finding = False
        self._keys = KeyQueue(self, super().on_event)
        self._no_color = no_color
        self._wear(settings.theme)
        self.set_class(settings.ascii, "-ascii")

    def _stage(self, actions: Sequence[Action]) -> MainScreen:
        """Return the screen that shows the session; set `engine`."""
        session = self.session
        self.engine = self.feed = Feed(session.sampler, session.clock, session.interval, self._deliver)
        return LiveScreen(session, self.feed, actions)

    @property
    def palette(self) -> Palette:
        """The paints of the theme in use."""
        return PALETTES[self.theme_name]

    def change_theme(self, name: str) -> None:
        """Put on another theme, and remember it."""
        self.session.theme = name
        self._wear(name)
        self.main.restyle()

    def _wear(self, name: str) -> None:
        self.theme_name = choose(name, self._colours(), self._no_color)
        self.register_theme(textual_theme(self.theme_name))
        self.theme = f"tcpview-{self.theme_name}"

    def get_default_screen(self) -> Screen[None]:
        """Return the screen with the table."""
        return self.main

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the variables of ANSI colours, which Textual wants as soon as a screen may show them."""
        return {**BUILTIN_THEMES["ansi-dark"].variables, "dialog-text": "ansi_default"}

    def on_mount(self) -> None:
        """Start to sample."""
        if sys.platform == "win32":
            self.catch_signals()  # elsewhere the driver has done it, before it changed the terminal
        self.engine.start()
        self.session.bench.start(self._found)

    async def on_event(self, event: events.Event) -> None:
        """Pass what a person does through the queue, everything else at once.

        The mouse only waits behind keys: a click must not be done before the key that was pressed before it.
        """
        typed = isinstance(event, events.Key | events.Paste)
        if (typed or (isinstance(event, events.MouseEvent) and self._keys.is_busy)) and not event.is_forwarded:
            self._keys.put(event)
        else:
            await super().on_event(event)

    def on_unmount(self) -> None:
        """Remember what was changed last, and stop the threads; only a first look under way is waited for, briefly."""
        self.session.note_changes()
        self.session.memory.keep()
        self.engine.stop()
        is_late = self.session.taping.path is not None and not self.session.bench.settle()
        self.session.bench.stop()
        self.farewell = (*self.session.taping.stop(), *[UNSETTLED] * is_late)
        self.session.lookups.names.close()
        self.session.sampler.close()

    def action_interrupt(self) -> None:
        """Copy, and at once again leave; in a dialog or the filter bar, go back as Esc does."""
        if self.screen is self.main and not self.main.filter_bar.display:
            self.main.action_do("interrupt")
        else:
            self.simulate_key("escape")

    def _deliver(self, snapshot: Snapshot, difference: Difference, late: float) -> None:
        self.tell(SnapshotTaken(snapshot, difference, late))

    def _named(self, _: Mapping[str, str]) -> None:
        self.tell(NamesArrived())

    def _found(self) -> None:
        """Show what the judge has found, soon; called in its thread."""
        if self.is_running:
            with suppress(RuntimeError):
                self.call_later(self._gather)

    def _gather(self) -> None:
        if not self._finding:
            self._finding = True
            self.set_timer(_FINDINGS_PAUSE, self._tell_findings)

    def _tell_findings(self) -> None:
        self._finding = False
        self.tell(FindingsArrived())

    def tell(self, message: Message) -> None:
        """Pass a message from another thread to the screen with the table; while leaving, to nobody."""
        if self.is_running:
            with suppress(RuntimeError):
                self.main.post_message(message)

    def catch_signals(self) -> None:
        """Leave in good order at SIGINT, SIGTERM and SIGHUP, and without it when that takes too long.

        Not by loop.add_signal_handler: its handlers wait for a loop that a stuck terminal may hold up for ever.
        """
        loop = asyncio.get_running_loop()

        def leave(number: int, _: object) -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._leave, number)
            if hasattr(signal, "alarm"):
                signal.signal(signal.SIGALRM, lambda *_: self._abandon(128 + number))
                signal.alarm(_DEADLINE)

        numbers = [getattr(signal, name) for name in _EXIT_SIGNALS if hasattr(signal, name)]
        for number in numbers:
            signal.signal(number, leave)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)  # they wait since the start (`live.heed_signals`)

    def _abandon(self, status: int) -> None:
        """End now, and give back the terminal, and what the source holds of the system, as far as they take that."""
        closing = threading.Thread(target=self.session.sampler.close, daemon=True)
        closing.start()
        closing.join(_FAREWELL)
        if hasattr(self._driver, "abandon"):
            cast("TerminalDriver", self._driver).abandon()
        os._exit(status)

    def _leave(self, number: int) -> None:
        self.exit(128 + number, return_code=128 + number)

    def _colours(self) -> int:
        return {"standard": 16, "windows": 16, None: 2}.get(self.console.color_system, 256)

    def _fatal_error(self) -> None:
        """Close without Textual's traceback: the command line says what happened in a sentence."""
        self.failure = self._exception
        self._close_messages_no_wait()


def _driver() -> type[Driver] | None:
    """Return the driver for this terminal; `None` where Textual's own is the only one there is."""
    if sys.platform == "win32":
        return None
    from tcpview_tui.tui.driver import TerminalDriver

    return TerminalDriver
