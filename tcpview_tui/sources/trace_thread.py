"""A thread that hands on what the kernel's trace says, as soon as it is said (Linux, root)."""

from __future__ import annotations

import errno
import os
import select
import threading
from collections.abc import Callable
from contextlib import ExitStack

from tcpview_tui.sources.threads import begin
from tcpview_tui.sources.tracing import Instance
from tcpview_tui.text import safe

_REST_LIMIT = 65_536
"""Bytes of a begun record that are kept; one has about 300, so that more is something else."""

_READS = 256
"""Reads, of 8 KB each, until the thread looks again whether it shall end."""

_SETTLE = 0.001
"""Seconds from waking to reading. The kernel notes the name and the process of a thread when it leaves the processor:
read at once, a quarter of them were still without. It also saves a third of the work."""


_PATIENCE = 0.5
"""Seconds for the thread to end, at most."""


class TraceThread:
    """Reads from `start` to `stop`, once."""

    def __init__(self, take: Callable[[bytes], bytes]) -> None:
        """`take` gets the text, in the thread, and returns the begun record at its end: more follows it."""
        self._take = take
        self._making = threading.Lock()
        self._is_closed = False
        self._instance: Instance | None = None
        self._thread: threading.Thread | None = None
        self._wake = -1
        self._failure: OSError | None = None

    def start(self) -> None:
        """Begin to read. Raises OSError with the reason: the kernel does not let us, or `stop` came before."""
        with self._making, ExitStack() as made:
            if self._is_closed:
                raise OSError(errno.ECANCELED, "TCP is not followed, because the program is ending")
            instance = Instance()
            made.callback(instance.close)
            woken, wake = os.pipe()
            made.callback(os.close, woken)
            made.callback(os.close, wake)
            thread = threading.Thread(target=self._follow, args=(instance, woken), name="events", daemon=True)
            begin(thread)
            made.pop_all()
            self._instance, self._wake, self._thread = instance, wake, thread

    def check(self) -> None:
        """Raise OSError when the trace broke off, and where `start` was not called or `stop` was."""
        thread = self._thread
        if self._failure:
            raise self._failure
        if thread is None or not thread.is_alive():
            raise OSError(errno.EIO, "TCP is not followed, because the reader of the trace does not run")

    def stop(self) -> None:
        """End the thread and remove the instance, for good. Does nothing the second time.

        Any thread may call it: it waits for a `start` that is under way, so that nothing is made after it. While our
        thread asks a directory server for a name, it is not waited for: it will find no pipe any more.
        """
        with self._making:
            self._is_closed = True
            if self._thread:
                os.close(self._wake)
                self._thread.join(_PATIENCE)
                self._thread = None
            if self._instance:
                self._instance.close()
                self._instance = None

    def _follow(self, instance: Instance, woken: int) -> None:
        rest = b""
        try:
            while not (_is_ready(woken, instance) or _is_ready(woken, within=_SETTLE)):
                rest = self._take_all(instance, rest)
        except Exception as error:  # noqa: BLE001 - nobody stands above a thread: untold, it would look like silence
            why = safe(str(error)) or type(error).__name__
            self._failure = OSError(errno.EIO, f"the reader of the trace stopped ({why}), a restart follows TCP again")
        finally:
            os.close(woken)

    def _take_all(self, instance: Instance, rest: bytes) -> bytes:
        for _ in range(_READS):
            text = instance.read()
            if not text:
                break
            rest = self._take(rest + text)[-_REST_LIMIT:]
        return rest


def _is_ready(woken: int, *others: Instance, within: float | None = None) -> bool:
    """Wait until something can be read, at most `within` seconds; True when it is `woken`."""
    ready = select.poll()  # select(2) takes no descriptor from 1,024 on
    for number in (woken, *(other.fileno() for other in others)):
        ready.register(number, select.POLLIN)
    return woken in (number for number, _ in ready.poll(None if within is None else within * 1000))
