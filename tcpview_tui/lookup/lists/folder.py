"""The reputation lists of a folder, read in the background and again when they change. Nothing is ever downloaded."""

from __future__ import annotations

import threading
from types import MappingProxyType
from typing import TYPE_CHECKING

from tcpview_tui.lookup.lists.networks import sought
from tcpview_tui.lookup.lists.shelf import Kept, bounded, listed, reason, reread, unread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.lookup.lists.match import Match
    from tcpview_tui.lookup.lists.reputation import Reputation

LOOK_SECONDS = 60.0
"""How often the files are looked at."""

_READING = "Reputation lists are being read; until then nothing is compared with them."

_UNREAD = "the reputation lists are still being read"

_REST_SECONDS = 0.0002
"""How long the reading stops after each piece: who wants the interpreter lock waits for that piece at most, and not the
5 ms after which Python would take it away (sys.getswitchinterval)."""


class _ClosedError(Exception):
    """Nobody wants the lists any more."""


class Lists:
    """What the lists of a folder say. Nothing is read before the first `refresh`.

    `version` grows whenever what would match, or why more might, may have changed, and `problems` are sentences about
    the files that are not, or not wholly, used. Look-ups are safe from any thread, and never wait. `unread` says why
    what does not match may be listed all the same: not all files have been read yet, or some cannot be. What is no list
    makes nothing unread, nor what was a list and still counts.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.version, self.unread = 0, _UNREAD
        self._folder, self._clock = folder, clock
        self._kept: Mapping[Path, Kept] = MappingProxyType({})
        self._trouble = self._reading = ""
        self._due = clock.monotonic()
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._working = False
        self._closed = threading.Event()

    @property
    def problems(self) -> tuple[str, ...]:
        """What people should know of the files, by name of file; the texts are safe."""
        told = [kept.problem for kept in self._kept.values() if kept.problem]
        return (*filter(None, (self._trouble, self._reading)), *bounded(told))

    @property
    def has_digests(self) -> bool:
        """Whether any list tells of programs."""
        return any(each.entries.has_digests for each in self._lists())

    def address(self, ip: str, port: int | None) -> tuple[Match, ...]:
        """Return what the lists say of an address; a private, reserved or special-purpose one never matches.

        Entries that name a port match on that port only. Without a `port` they match too.
        """
        packed = sought(ip)
        return () if packed is None else tuple(m for each in self._lists() for m in each.address(packed, port))

    def digest(self, sha256: str) -> tuple[Match, ...]:
        """Return what the lists say of a SHA-256 in hexadecimal digits."""
        try:
            raw = bytes.fromhex(sha256)
        except ValueError:
            return ()
        return tuple(match for each in self._lists() for match in each.digest(raw)) if len(raw) == 32 else ()

    def refresh(self) -> None:
        """Look at the files in the background, once a minute at most, and return at once: call it with every sample."""
        with self._lock:
            now = self._clock.monotonic()
            if self._working or now < self._due or self._closed.is_set():
                return
            try:
                threading.Thread(target=self._work, name="lists", daemon=True).start()
            except RuntimeError:  # no further thread is to be had now; every `refresh` tries again
                return
            self._working, self._due = True, now + LOOK_SECONDS

    def wait(self, seconds: float) -> bool:
        """Wait until no file is being read, at most so many seconds; return whether that is so."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._working, seconds)

    def close(self) -> None:
        """Read nothing more. What is known stays known."""
        self._closed.set()

    def _lists(self) -> list[Reputation]:
        return [kept.list for kept in self._kept.values() if kept.list]

    def _work(self) -> None:
        try:
            self._tell(self._look())
        except _ClosedError:
            pass
        finally:
            with self._idle:
                self._working, self._reading = False, ""
                self._idle.notify_all()

    def _tell(self, unread: str) -> None:
        """Say what is not read; another reason is news for what was asked before."""
        is_other, self.unread = unread not in ("", self.unread), unread
        self.version += is_other

    def _look(self) -> str:
        """Read what has changed; return why there may be more than is known."""
        try:
            paths, self._trouble = listed(self._folder)
        except OSError as error:
            self._trouble = f"The folder of reputation lists: {reason(error)}. What is known still counts."
            is_known = self._kept or isinstance(error, NotADirectoryError)
            return "" if is_known else unread(["the folder of reputation lists"])
        self._keep({path: kept for path, kept in self._kept.items() if path in paths})
        self._reading = "" if self._kept.keys() >= set(paths) else _READING
        for path in paths:
            kept = reread(path, self._kept.get(path), self._clock.wall(), self._rest)
            self._keep({**self._kept, path: kept})
        return unread(path.name for path, kept in self._kept.items() if kept.is_unread)

    def _keep(self, kept: Mapping[Path, Kept]) -> None:
        """Put these in place at once: each list counts as soon as it is read."""
        lists = [each.list for each in kept.values()]
        changed = lists != [each.list for each in self._kept.values()]
        self._kept = MappingProxyType(dict(sorted(kept.items())))
        self.version += changed

    def _rest(self) -> None:
        if self._closed.wait(_REST_SECONDS):
            raise _ClosedError
