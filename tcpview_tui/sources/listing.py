"""One table in the order in which the kernel listed it: a datagram that repeats itself is known in one pass of C."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.sources.layouts import Layout, Layouts
    from tcpview_tui.sources.seen import Socket

Message = tuple[int, int, bytes, bytes]
"""Length, type, `inet_diag_msg` and counters, as `Layout.run` takes them from a message."""


@dataclass(eq=False, slots=True)
class Part:
    """One datagram of a dump, cut up: its messages, those of one length together, and the sockets they are about."""

    size: int
    runs: list[tuple[Layout, list[Message]]] = field(default_factory=list)
    sockets: list[Socket] = field(default_factory=list)

    def is_repeated_by(self, datagram: bytes, layouts: Layouts) -> bool:
        """Whether a datagram lists the same sockets, with the same counters. Timers and the like may have gone on."""
        if len(datagram) != self.size:
            return False
        view, at = memoryview(datagram), 0
        for layout, messages in self.runs:
            end = at + layout.length * len(messages)
            if list(layout.run.iter_unpack(view[at:end])) != messages:
                return False
            at = end
        return layouts.of(datagram, at) is None


@dataclass(eq=False, slots=True)
class Listing:
    """What one dump of a table said, and the sockets it skipped: they were asked for and are there."""

    parts: Sequence[Part] = ()
    skipped: Iterable[Socket] = ()

    def part(self, place: int) -> Part | None:
        """Return the datagram at that place; `None` when there were fewer."""
        return self.parts[place] if place < len(self.parts) else None

    def missing(self, parts: Sequence[Part]) -> set[Socket]:
        """Return the sockets that these parts of the next dump do not list."""
        repeated = set(self.parts).intersection(parts)
        missing = _sockets(part for part in self.parts if part not in repeated).union(self.skipped)
        missing -= _sockets(part for part in parts if part not in repeated)
        # A dump that begins a hash bucket again lists a socket twice, and one of the two can be repeated.
        return missing - _sockets(repeated) if missing else missing


def _sockets(parts: Iterable[Part]) -> set[Socket]:
    return {socket for part in parts for socket in part.sockets}
