"""Work off the screen's thread. The threads are daemons: leaving the program never waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

T = TypeVar("T")


def run_in_background(pump: MessagePump, work: Callable[[], T], done: Callable[[T], object]) -> None:
    """Run `work` in a daemon thread, then `done` with its result in the pump's own task.

    `work` must not raise. When the pump has closed meanwhile, nobody hears of the result.
    """

    def run() -> None:
        pump.call_later(done, work())

    try:
        threading.Thread(target=run, name="background", daemon=True).start()
    except RuntimeError:  # no further thread is to be had: then the screen waits
        run()
