"""The hosts file: names that can be had without asking anybody."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from tcpview_tui.model.address import canonical, parse
from tcpview_tui.text import safe

_WINDOWS = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "drivers")

HOSTS = (_WINDOWS if os.name == "nt" else Path("/")) / "etc" / "hosts"
"""hosts(5); on Windows where ``DataBasePath`` of the TCP/IP service points by default."""

SIZE_LIMIT = 16_000_000
"""Bytes read; block lists kept as hosts files reach several megabytes."""

NAME_LIMIT = 255
"""Characters of a host name (RFC 1035 section 2.3.4)."""


class Hosts:
    """The names in a hosts file, read again when the file changes; safe to use from several threads."""

    def __init__(self, file: Path = HOSTS) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._version: tuple[int, int] | None = None
        self._names: dict[str, str] = {}

    def name(self, address: str) -> str | None:
        """Return the first name the file gives `address`, made safe; `None` when it has none or cannot be read."""
        with self._lock:
            try:
                facts = self._file.stat()
                version = facts.st_mtime_ns, facts.st_size
                if version != self._version:
                    self._names, self._version = self._read(), version
            except OSError:
                self._names, self._version = {}, None
            return self._names.get(canonical(address))

    def _read(self) -> dict[str, str]:
        with self._file.open("rb") as stream:
            text = stream.read(SIZE_LIMIT).decode("utf-8", "surrogateescape")
        names: dict[str, str] = {}
        for line in text.splitlines():
            words = line.partition("#")[0].split(None, 2)
            if len(words) > 1 and parse(words[0]):
                names.setdefault(canonical(words[0]), safe(words[1], NAME_LIMIT))
        return names
