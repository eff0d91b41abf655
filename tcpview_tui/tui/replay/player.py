"""The player: a thread that does what it is told with a deck, and lets time pass on it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from tcpview_tui.tui.replay.deck import Deck

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.record.history import History
    from tcpview_tui.tui.replay.finder import Finder
    from tcpview_tui.tui.replay.jumping import Target
    from tcpview_tui.tui.replay.scene import Scene

T = TypeVar("T")

_BEAT = 0.1
"""Seconds between two scenes while it plays."""

_REST = 1.0
"""Seconds between two looks at whether a recording has grown."""


class Player:
    """Plays a recording. Its methods are called by the screen's thread, and return at once.

    A scene is handed to `deliver` only after the one before was `taken`. `deliver` is called in the player's thread.
    """

    def __init__(self, history: History, deliver: Callable[[Scene], None], memory: float, clock: Clock) -> None:
        """`memory` is how many seconds before a place one has to begin to have all that lingers there.

        Raises ReadingError when not even the beginning can be read.
        """
        self.history, self._deliver = history, deliver
        self._orders: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._taken = threading.Event()
        self._stopped = False
        self._deck = Deck(history, self._show, memory, clock, lambda: self._stopped or not self._orders.empty())
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)

    def start(self) -> None:
        """Begin, at the beginning; nothing moves before `toggle`."""
        self._orders.put(self._deck.begin)
        self._thread.start()

    def stop(self) -> None:
        """End; does not wait for it."""
        self._stopped = True
        self._taken.set()
        self._orders.put(lambda: None)

    def taken(self) -> None:
        """Say that the last scene was taken in."""
        self._taken.set()

    def toggle(self) -> None:
        """Let time go on, or stand still. At the end of what is still written it goes on when there is more."""
        self._orders.put(self._deck.toggle)

    def pace(self, way: int) -> None:
        """Take the next higher speed (1), or the next lower one (-1)."""
        self._orders.put(lambda: self._deck.pace(way))

    def show_activity(self, cells: int) -> None:
        """Have the activity counted in so many parts."""
        self._orders.put(lambda: self._deck.divide(cells))

    def jump(self, target: Target) -> None:
        """Go to another time."""
        self._orders.put(lambda: self._deck.jump(target))

    def step(self, way: int) -> None:
        """Go to the next event, or to the one before, and stand still there."""
        self._orders.put(lambda: self._deck.step(way))

    def find(self, way: int, finder: Finder) -> None:
        """Go to the next event that is looked for, or the last one before, and stand still there.

        Whatever else is asked for meanwhile ends the search.
        """
        self._deck.is_searching = True  # from now on: Esc may be typed before the search begins
        self._orders.put(lambda: self._deck.find(way, finder))

    def ask(self, question: Callable[[History], T], answer: Callable[[T], object]) -> None:
        """Have something read; `answer` gets it. Both are called in the player's thread: nobody else uses the file."""
        self._orders.put(lambda: answer(question(self.history)))

    def end_search(self) -> bool:
        """End a search; return whether one was under way."""
        is_searching = self._deck.is_searching
        if is_searching:
            self._orders.put(lambda: None)
        return is_searching

    def _run(self) -> None:
        while not self._stopped:
            try:
                order = self._orders.get(timeout=_BEAT if self._deck.is_playing else _REST)
            except Empty:
                order = self._deck.beat
            self._deck.do(order)

    def _show(self, scene: Scene) -> None:
        """Hand a scene over, and wait until it was taken in."""
        self._taken.clear()
        self._deliver(scene)
        while not self._stopped and not self._taken.wait(_REST):
            pass
