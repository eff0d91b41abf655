"""The way into tracefs, also where nobody has mounted it: through a mount that no other process sees (Linux, root)."""

from __future__ import annotations

import ctypes
import errno
import os
import threading
from contextlib import suppress
from pathlib import Path

from tcpview_tui.sources.threads import begin

_PLACES = ("/sys/kernel/tracing", "/sys/kernel/debug/tracing")
"""Where tracefs is mounted (Documentation/trace/ftrace.rst); the second is that of kernels before 4.1."""

_CLONE_NEWNS = 0x00020000
"""linux/sched.h"""

_MS_REC_PRIVATE = 1 << 14 | 1 << 18
"""MS_REC and MS_PRIVATE of linux/mount.h: what is mounted from here on is not passed on to others."""


def open_root() -> int:
    """Return a descriptor of the root of tracefs.

    Raises OSError with the reason: not root, no tracefs, lockdown, no thread to be had.
    """
    for place in _PLACES:
        with suppress(OSError):
            if Path(place, "instances").is_dir():
                return os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    return _mounted_apart(_PLACES[0])


def _mounted_apart(place: str) -> int:
    """Mount tracefs where only a thread of our own sees it, and return its descriptor, which outlives the thread."""
    found: list[int | OSError] = []

    def mount() -> None:
        try:
            libc = ctypes.CDLL(None, use_errno=True)
            _check(libc.unshare(_CLONE_NEWNS), "cannot make a place to mount tracefs: that needs root")
            _check(libc.mount(b"none", b"/", None, _MS_REC_PRIVATE, None), "cannot keep a mount to itself")
            _check(libc.mount(b"tracefs", place.encode(), b"tracefs", 0, None), f"cannot mount tracefs on {place}")
            found.append(os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        except OSError as error:
            found.append(error)

    thread = threading.Thread(target=mount, name="mount-tracefs")
    begin(thread)
    thread.join()
    if not found:
        raise OSError(errno.ENOSYS, "this system has no tracefs")
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0]


def _check(result: int, failed: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{failed} ({os.strerror(number)})")
