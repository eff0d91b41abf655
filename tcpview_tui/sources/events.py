"""Every TCP connection as it happens, however short: a thread that reads the kernel's trace (Linux, root)."""

from __future__ import annotations

import errno
import os
import select
import threading
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.sources.lives import LIMIT, Life, Lives
from tcpview_tui.sources.trace_line import parse
from tcpview_tui.sources.tracing import Instance
from tcpview_tui.sources.witness import BUDGET, Witness
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Endpoint

__all__ = ["Events", "Happened", "Life"]

_REST_LIMIT = 65_536
"""Bytes of a begun record that are kept; one has about 300, so that more is something else."""

_READS = 256
"""Reads, of 8 KB each, until the thread looks again whether it shall end."""

_SETTLE = 0.001
"""Seconds from waking to reading. The kernel notes the name and the process of a thread when it leaves the processor:
read at once, a quarter of them were still without. It also saves a third of the work."""


class Happened(NamedTuple):
    """What ended since the last drain. All counts are of that time, too.

    `lost` changes the kernel had no room for; `dropped` lives were thrown away here, oldest first; `unnamed`
    times a process is known by pid and name only, because too many came in a second to ask them for more.
    """

    lives: list[Life]
    lost: int
    dropped: int
    unnamed: int = 0


class Events:
    """Follows TCP sockets from `start` to `stop`, once. What is not drained is bounded.

    When too much happens, first the facts of processes are left out beyond pid and name, then the oldest lives.
    """

    def __init__(self, clock: Clock, limit: int = LIMIT, budget: int = BUDGET) -> None:
        self._clock = clock
        self._witness = Witness(clock, budget)
        self._unnamed = 0
        self._lives = Lives(limit)
        self._lost = 0
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._is_closed = False
        self._instance: Instance | None = None
        self._thread: threading.Thread | None = None
        self._wake = -1
        self._failure: OSError | None = None

    def start(self) -> None:
        """Begin to follow. Raises OSError with the reason: the kernel does not let us, or `stop` came before."""
        with self._making, ExitStack() as made:
            if self._is_closed:
                raise OSError(errno.ECANCELED, "TCP is not followed, because the program is ending")
            instance = Instance()
            made.callback(instance.close)
            woken, wake = os.pipe()
            made.callback(os.close, woken)
            made.callback(os.close, wake)
            thread = threading.Thread(target=self._follow, args=(instance, woken), name="events", daemon=True)
            _begin(thread)
            made.pop_all()
            self._instance, self._wake, self._thread = instance, wake, thread

    def drain(self) -> Happened:
        """Return what ended since the last call, its times in seconds UTC.

        Raises OSError when the trace broke off, and where `start` was not called or `stop` was. Never waits long.
        """
        self._check()
        skipped = self._witness.skipped
        with self._lock:
            happened = Happened(self._lives.fetch(), self._lost, self._lives.dropped, skipped - self._unnamed)
            self._lost = self._lives.dropped = 0
        self._unnamed = skipped
        offset = self._offset()
        for life in happened.lives:
            _to_wall(life, offset)
        return happened

    def opened(self, local: Endpoint, remote: Endpoint) -> Life | None:
        """Return the socket that is open between two ends as it is now, its times in seconds UTC; `None` if unseen."""
        with self._lock:
            found = self._lives.opened(local, remote)
            if found is None:
                return None
            life = replace(found)
        _to_wall(life, self._offset())
        return life

    def stop(self) -> None:
        """End the thread and remove the instance, for good. Does nothing the second time.

        Any thread may call it: it waits for a `start` that is under way, so that nothing is made after it.
        """
        with self._making:
            self._is_closed = True
            if self._thread:
                os.close(self._wake)
                self._thread.join()
                self._thread = None
            if self._instance:
                self._instance.close()
                self._instance = None

    def _check(self) -> None:
        thread = self._thread
        if self._failure:
            raise self._failure
        if thread is None or not thread.is_alive():
            raise OSError(errno.EIO, "TCP is not followed, because the reader of the trace does not run")

    def _offset(self) -> float:
        return self._clock.wall() - self._clock.monotonic()

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
            rest = self._take(rest + text)
        return rest

    def _take(self, text: bytes) -> bytes:
        transitions, lost, rest = parse(text)
        if lost:
            with self._lock:
                self._lost += lost
                self._lives.gap()
        for transition in transitions:
            # Outside of the lock: the name of a user can come from a directory server that does not answer.
            process = self._witness.name(transition) if self._lives.asks(transition) else None
            with self._lock:
                self._lives.take(transition, process)
        return rest[-_REST_LIMIT:]


def _begin(thread: threading.Thread) -> None:
    try:
        thread.start()
    except RuntimeError as error:  # the limit of threads is reached, or the interpreter is ending
        raise OSError(errno.EAGAIN, f"TCP is not followed, because no thread could be started ({error})") from error


def _is_ready(woken: int, *others: Instance, within: float | None = None) -> bool:
    """Wait until something can be read, at most `within` seconds; True when it is `woken`."""
    return woken in select.select([woken, *(other.fileno() for other in others)], [], [], within)[0]


def _to_wall(life: Life, offset: float) -> None:
    for name in ("opened_at", "closed_at", "established_at"):
        at = getattr(life, name)
        if at is not None:
            setattr(life, name, at + offset)
