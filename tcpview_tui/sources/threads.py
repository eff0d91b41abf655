"""Threads where none may be left to be had."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading


def begin(thread: threading.Thread) -> None:
    """Start a thread without which TCP cannot be followed. Raises OSError when the system lets none start."""
    try:
        thread.start()
    except RuntimeError as error:  # the limit of threads is reached, or the interpreter is ending
        raise OSError(errno.EAGAIN, f"TCP is not followed, because no thread could be started ({error})") from error
