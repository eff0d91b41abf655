"""Whois answers kept on disk: one small JSON file an address, so that a damaged one costs one look-up."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.files import read_content, replace_content
from tcpview_tui.lookup.answer import WhoisAnswer, washed

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock

FILE_LIMIT = 32_768
"""Bytes; the fields of an answer are bounded, so a longer file was not written here."""

ENTRY_LIMIT = 2000
"""Answers kept; the oldest go first."""

_SKEW = 300.0
_DAY = 86_400.0


class WhoisCache:
    """Answers by address in `directory`, for `days` days.

    Nothing here raises: a missing, read-only or full disk means that nothing is kept, a damaged file that nothing was
    known. Other programs can use the same directory at the same time; a reader sees a whole file or none.
    """

    def __init__(self, directory: Path, clock: Clock, days: float) -> None:
        self._directory = directory
        self._clock = clock
        self._seconds = days * _DAY

    def get(self, address: str) -> WhoisAnswer | None:
        """Return the kept answer with `from_cache` set, washed anew; `None` when there is none, or it is too old."""
        if not self._seconds:
            return None
        try:
            answer = washed(msgspec.json.decode(read_content(self._file(address), FILE_LIMIT), type=WhoisAnswer))
        except (OSError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
            return None
        age = self._clock.wall() - answer.fetched_at
        # An answer from the future was written under a wrong clock, and would never grow old.
        good = answer.address == address and -_SKEW <= age < self._seconds
        return replace(answer, from_cache=True) if good else None

    def put(self, answer: WhoisAnswer) -> None:
        """Keep `answer` in place of an older one for its address."""
        if not self._seconds:
            return
        with contextlib.suppress(OSError, ValueError):
            replace_content(self._file(answer.address), msgspec.json.encode(answer))
            self._prune()

    def _file(self, address: str) -> Path:
        # A digest, because a colon is no part of a file name on Windows, and a zone can hold a slash.
        digest = hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()
        return self._directory / f"whois-{digest[:32]}.json"

    def _prune(self) -> None:
        with os.scandir(self._directory) as entries:
            # Left-over .tmp files of a program that was killed grow old and go the same way.
            kept = [entry for entry in entries if entry.name.startswith("whois-")]
        if len(kept) <= ENTRY_LIMIT:
            return
        # A tenth more than needed, so that a full cache is not sorted at every look-up.
        for entry in sorted(kept, key=_modified)[: len(kept) - ENTRY_LIMIT * 9 // 10]:
            Path(entry).unlink(missing_ok=True)


def _modified(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except OSError:
        return 0.0
