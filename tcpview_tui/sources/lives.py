"""The lives of TCP sockets, put together from the changes of their states. Pure: no thread, no kernel."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import Direction, Endpoint, Family, State

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
    from tcpview_tui.sources.trace_line import Transition
    from tcpview_tui.sources.witness import Caller

LIMIT = 50_000
"""Open lives that are followed, and finished ones that wait to be fetched; one is about 400 bytes."""

_CALLS = frozenset({State.FIN_WAIT_1, State.LAST_ACK, State.CLOSED})
"""States that a socket enters when its own process closes it or shuts it down."""


AFTER_FIN = frozenset({State.CLOSE_WAIT, State.LAST_ACK, State.CLOSING})
"""States in which the FIN of the other end has come (RFC 9293 section 3.3.2), of those a socket goes to CLOSED from."""


@dataclass(slots=True)
class Life:
    """One TCP socket as its state changes tell it. Times are seconds; `None` is unknown, or not yet.

    `closed_at` is when the socket went to CLOSED for its process; the kernel may keep the address in TIME_WAIT.
    `direction` is ``out`` when it was seen to connect, ``in`` when a listener made it. `process` called connect; of an
    accepted one, it is who closed it. `namespace` is the network namespace, by inode, that this process was in then.
    `state` is the last that was told: of the states between ESTABLISHED and CLOSED, only those are told that this end
    brought about. `has_fin` says that the other end had closed its side; that this one closed first tells nothing.
    """

    family: Family
    local: Endpoint
    remote: Endpoint
    opened_at: float | None = None
    closed_at: float | None = None
    established_at: float | None = None
    direction: Direction | None = None
    process: Process | None = None
    state: State = State.NONE
    namespace: int | None = None
    has_fin: bool = False


class Lives:
    """Follows sockets by their two ends, within bounds; what does not fit goes, oldest first.

    A finished life that goes is counted in `dropped`. An open one is not: its next change is told all the same, and
    only how it began is forgotten.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self.dropped = 0
        self._finished: deque[Life] = deque()
        self._limit = limit
        self._open: dict[tuple[Endpoint, Endpoint], Life] = {}
        self._portless: dict[Endpoint, list[Life]] = {}
        self._portless_count = 0

    def asks(self, step: Transition) -> bool:
        """Return whether `take` wants to know the process of a change. For the thread that calls `take`: no lock."""
        if step.new is State.SYN_SENT:
            return True
        life = self._open.get((step.local, step.remote))
        return step.is_call and step.new in _CALLS and (life is None or life.process is None)

    def take(self, step: Transition, caller: Caller | None) -> None:
        """Follow one change and who made it; `None` when `asks` did not want to know."""
        if step.new is State.SYN_SENT:
            self._begin(step, _named(Life(step.family, step.local, step.remote, step.at, direction="out"), caller))
        elif step.old is State.LISTEN:
            self._begin(step, Life(step.family, step.local, step.remote, step.at, direction="in"))
        elif (life := self._open.get((step.local, step.remote)) or self._late(step)) is not None:
            self._change(life, step, caller)

    def gap(self) -> None:
        """Say that changes were lost: who connects at this moment cannot be told any more from who did before."""
        self._portless.clear()
        self._portless_count = 0

    def opened(self, local: Endpoint, remote: Endpoint) -> Life | None:
        """Return the life of the socket that is open between two ends; `None` when it was not seen."""
        return self._open.get((local, remote))

    def fetch(self) -> list[Life]:
        """Return the lives that ended since the last call, oldest first."""
        lives = [*self._finished]
        self._finished.clear()
        return lives

    def __len__(self) -> int:
        return len(self._open) + self._portless_count + len(self._finished)

    def _begin(self, step: Transition, life: Life) -> None:
        life.state = step.new
        if step.local.port:
            self._follow(life)
            return
        self._portless.setdefault(step.remote, []).append(life)
        self._portless_count += 1
        if self._portless_count > self._limit:
            self._portless_count -= len(self._portless.pop(next(iter(self._portless))))

    def _late(self, step: Transition) -> Life | None:
        """Return the life of a socket not known by its ends: it has just got its port, or is older than we are."""
        life = self._take_portless(step) if step.old is State.SYN_SENT else None
        if not step.local.port:  # connect failed, no port was free: nothing ever left the machine
            return None
        if life is None:
            life = Life(step.family, step.local, step.remote)
            life.direction = "in" if step.old is State.SYN_RECEIVED else None
        life.family, life.local = step.family, step.local
        self._follow(life)
        return life

    def _take_portless(self, step: Transition) -> Life | None:
        """Return who connected to that end first. Two processes at the same time cannot be told apart: no name then."""
        waiting = self._portless.get(step.remote)
        if not waiting:
            return None
        mine = [life for life in waiting if life.process and life.process.pid == step.pid] if step.is_call else []
        if not mine and len({life.process.pid for life in waiting if life.process}) > 1:
            place = waiting[0].namespace if len({life.namespace for life in waiting}) == 1 else None
            for life in waiting:
                life.process, life.namespace = None, place
        found = (mine or waiting)[0]
        waiting[:] = [life for life in waiting if life is not found]
        self._portless_count -= 1
        if not waiting:
            del self._portless[step.remote]
        return found

    def _change(self, life: Life, step: Transition, caller: Caller | None) -> None:
        life.state = step.new
        if step.new is State.ESTABLISHED:
            life.established_at = step.at
        if life.process is None and step.is_call and step.new in _CALLS:
            _named(life, caller)
        if step.new is State.CLOSED:
            life.closed_at = step.at
            life.has_fin = step.old in AFTER_FIN
            del self._open[life.local, life.remote]
            self._finish(life)

    def _follow(self, life: Life) -> None:
        ends = life.local, life.remote
        before = self._open.pop(ends, None)
        if before is not None:  # its end was lost
            before.state = State.CLOSED
            self._finish(before)
        self._open[ends] = life
        if len(self._open) > self._limit:
            del self._open[next(iter(self._open))]

    def _finish(self, life: Life) -> None:
        self._finished.append(life)
        if len(self._finished) > self._limit:
            self._finished.popleft()
            self.dropped += 1


def _named(life: Life, caller: Caller | None) -> Life:
    """Say in a life who had it, as far as that is known."""
    if caller:
        life.process = caller.process
        life.namespace = caller.namespace if life.namespace is None else life.namespace
    return life
