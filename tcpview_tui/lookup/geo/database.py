"""One MMDB file: somebody else's, perhaps damaged, perhaps made to do harm."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from tcpview_tui.lookup.geo.place import FACTS, NOWHERE, Place, read
from tcpview_tui.model.address import Address, parse
from tcpview_tui.text import LAST_DATE, safe

if TYPE_CHECKING:
    from pathlib import Path

NAME_LIMIT = 60
"""Characters of a file's name or type that people are shown."""

_KNOWN_TO_ALL = ("8.8.8.8", "1.1.1.1", "9.9.9.9", "193.0.6.139", "2001:4860:4860::8888")
"""Addresses of long standing, of which every database of the world knows what it can tell."""


class DatabaseError(Exception):
    """A file is no database that can be used. The text is the end of a sentence about it, and safe."""


class Database:
    """An open MMDB file. `built` is when it was made, seconds UTC; `tells` are the facts of a `Place` that it knows.

    Both `tells` and `is_estimate`, which is about its country, are what it says of the best-known addresses; who knows
    none of these may know anything. Look-ups are safe from any thread, and take 0.05 to 0.3 ms.
    """

    def __init__(self, path: Path) -> None:
        """Open `path`; DatabaseError says why it cannot be used."""
        self.name, self.folder, self.trouble = safe(path.name, NAME_LIMIT), safe(str(path.parent), 4 * NAME_LIMIT), ""
        self.path = path
        try:
            self._open()
        except DatabaseError:
            raise
        except OSError as error:
            raise DatabaseError(f"it cannot be read ({safe(error.strerror or str(error), NAME_LIMIT)})") from error
        except Exception as error:  # a hostile file makes maxminddb raise TypeErrors and others, not its own alone
            raise DatabaseError(f"it is damaged, or no MMDB file ({_why(error)})") from error
        places = [self.place(known) for known in map(parse, _KNOWN_TO_ALL) if known]
        self.tells = frozenset[str]().union(*(each.told for each in places)) or frozenset(FACTS)
        located = [each for each in places if each.country]
        self.is_estimate = bool(located) and all(each.is_estimate for each in located)

    def _open(self) -> None:
        self._status = self.path.stat()
        if not stat.S_ISREG(self._status.st_mode):
            raise DatabaseError("it is no regular file")
        if not self._status.st_size:
            raise DatabaseError("it is empty")
        from maxminddb import MODE_FILE, open_database

        # Not mapped into memory: a file that is cut short meanwhile would end the program (SIGBUS), and the pages that
        # were read would count as its memory. Not the reader in C either: what it misread it could not raise.
        self._reader = open_database(str(self.path), MODE_FILE)
        meta = self._reader.metadata()
        if meta.binary_format_major_version != 2 or meta.ip_version not in {4, 6}:
            raise DatabaseError("it is of another format than MMDB 2")
        self.kind = safe(str(meta.database_type), NAME_LIMIT)
        self.built = min(max(float(meta.build_epoch), 0.0), LAST_DATE)

    def place(self, address: Address) -> Place:
        """Return what it says of an address. Never raises: `trouble` tells the first address that it broke on."""
        try:
            if self.is_overwritten:
                self.trouble = f"{self.name} was overwritten, and is not used until it is read again in a minute."
                return NOWHERE
            return read(self._reader.get(address)) if self._may_know(address) else NOWHERE
        except Exception as error:  # noqa: BLE001 (see above)
            self.trouble = self.trouble or f"{self.name} is damaged, first seen at {address}: {_why(error)}."
            return NOWHERE

    @property
    def is_current(self) -> bool:
        """True when its file is the one that was opened, as it was."""
        now = self._now()
        return now is not None and _facts(now) == _facts(self._status)

    @property
    def is_overwritten(self) -> bool:
        """True when what is read is neither the old content nor the new. A file put in its place does no harm."""
        now = self._now()  # removed: what is open stays as it was
        return now is not None and os.path.samestat(now, self._status) and _facts(now) != _facts(self._status)

    def _now(self) -> os.stat_result | None:
        try:
            return self.path.stat()
        except OSError:
            return None

    def _may_know(self, address: Address) -> bool:
        return address.version == 4 or self._reader.metadata().ip_version == 6


def _facts(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def _why(error: Exception) -> str:
    return safe(str(error).split(". ")[0].rstrip(".") or type(error).__name__, 2 * NAME_LIMIT)
