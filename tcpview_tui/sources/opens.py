"""How many TCP connections the kernel has opened, by its own count, and how many of them no look has seen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import State

if TYPE_CHECKING:
    from tcpview_tui.sources.seen import Socket
    from tcpview_tui.sources.unsettled import Unsettled

_SNMP = Path("/proc/self/net/snmp")
"""Counters of this network namespace (RFC 4022; net/ipv4/proc.c): a line of names, a line of numbers."""

_NEVER_OPENED = frozenset({State.LISTEN, State.SYN_RECEIVED, State.CLOSED})
"""States in which the kernel has not counted a connection as opened, or not yet."""


def opened(file: Path = _SNMP) -> int | None:
    """Return ActiveOpens and PassiveOpens together; `None` where they are not told."""
    try:
        lines = [line.split() for line in file.read_text("ascii").splitlines() if line.startswith("Tcp:")]
        numbers = dict(zip(lines[0][1:], map(int, lines[1][1:]), strict=True))
        return numbers["ActiveOpens"] + numbers["PassiveOpens"]
    except (OSError, ValueError, KeyError, IndexError):
        return None


class Openings:
    """Counts the connections of the own namespace that looks have seen, each once: when it is first seen opened."""

    def __init__(self) -> None:
        self._waiting: set[Socket] = set()

    def look(self, found: Unsettled) -> int:
        """Return how many are opened that were not at the look before. What has never opened is waited for."""
        self._waiting |= {each for each in found.fresh if each.namespace is None and each.table.transport == "tcp"}
        self._waiting = {each for each in self._waiting if each.id not in found.gone}
        opened = {each for each in self._waiting if each.tcp_state not in _NEVER_OPENED}
        self._waiting -= opened
        return len(opened)


class Missed:
    """Estimates how many connections were never seen. Call `look` after each look."""

    def __init__(self, file: Path = _SNMP) -> None:
        self._file = file
        self._before = self._opened_at_first = opened(file)
        self._seen = 0

    def look(self, seen: int) -> int | None:
        """Return the estimate since the start; `seen` connections were new at this look.

        It is that of the look before: what opened after this one was made is not yet counted.
        """
        now = opened(self._file)
        if now is None or self._before is None or self._opened_at_first is None:
            return None
        self._seen += seen
        missed = self._before - self._opened_at_first - self._seen
        self._before = now
        return max(missed, 0)
