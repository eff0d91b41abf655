"""Work off the screen's thread. The threads are daemons: leaving the program never waits for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tcpview_tui.text import safe

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

T = TypeVar("T")


def run_in_background(
    pump: MessagePump,
    work: Callable[[], T],
    done: Callable[[T], object],
    failed: Callable[[str], object] | None = None,
) -> None:
    """Run `work` in a daemon thread, then `done` with its result in the pump's own task.

    `work` should not raise. If it does, `failed` is called instead, with a sentence that is safe; without it nobody
    hears of that. When the pump has closed meanwhile, nobody hears of anything.
    """

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - a fault of this program: the rest of it goes on
            if failed is not None:
                pump.call_later(failed, f"That failed, which is a fault of this program: {_told(error)}.")
        else:
            pump.call_later(done, result)

    try:
        threading.Thread(target=run, name="background", daemon=True).start()
    except RuntimeError:  # no further thread is to be had: then the screen waits
        run()


def _told(error: Exception) -> str:
    return safe(f"{type(error).__name__}: {error}", 200).rstrip(".: ")
