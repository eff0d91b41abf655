"""What a connection is called in files and streams: the same wherever it is told of, and another on every machine."""

from __future__ import annotations

from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tcpview_tui.model.connection import Connection, Key

    Identify = Callable[[Connection, float], str]
    """Returns the id of a connection as it was when it opened, or was seen first, at that second UTC."""

_LENGTH = 16
"""Hexadecimal digits of an id: 64 bits, of which two in 100,000 are alike in 1 of 3,700,000,000 cases."""


MADE_OF = ("transport", "namespace", "local", "remote", "opened_at")
"""What of a connection, as it was when it opened, its id is made of."""


def key_id(key: Key) -> str:
    """Return an id for the key of a connection of which nothing else is known; one that came from a file stays."""
    return key if isinstance(key, str) else _short(repr(key).encode())


def identify_by(facts: Mapping[str, str]) -> Identify:
    """Return what makes the ids of a recording with these facts.

    They are made of what the recording, its next file and its stream have in common: the start of the machine, the
    network namespace, both ends, and when it opened, or else was seen first, to the millisecond.
    """
    origin = facts.get("boot_id") or facts.get("host", "")

    def identify(connection: Connection, first_seen: float) -> str:
        place, opened = connection.namespace, connection.opened_at
        at = round((first_seen if opened is None else opened) * 1000)
        ends = connection.transport, connection.local, connection.remote
        return _short(msgspec.json.encode((origin, place and place.inode, *ends, at)))

    return identify


class Called:
    """The ids of the connections that are open, or have closed not long ago: no two of them have the same."""

    def __init__(self, identify: Identify | None) -> None:
        """Without `identify` no connection has one."""
        self._identify = identify
        self._ids: dict[Key, str] = {}
        self._taken: set[str] = set()

    def name(self, connection: Connection, first_seen: float) -> str:
        """Give a connection its id, and return it."""
        self.forget(connection.key)
        if self._identify is None:
            return ""
        called = self._ids[connection.key] = self._free(self._identify(connection, first_seen))
        self._taken.add(called)
        return called

    def get(self, key: Key) -> str:
        """Return the id of a connection; empty when it has none."""
        return self._ids.get(key, "")

    def forget(self, key: Key) -> None:
        """Let another connection have the id of this one."""
        self._taken.discard(self._ids.pop(key, ""))

    def _free(self, told: str) -> str:
        """Return an id that no other has: several sockets may listen at one place since the same look."""
        tries = (told if not number else key_id((told, number)) for number in count())
        return next(each for each in tries if each not in self._taken)


def _short(told: bytes) -> str:
    return sha256(told).hexdigest()[:_LENGTH]
