"""The lives of TCP sockets, put together from the changes of their states. Pure: no thread, no kernel."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import chain, islice
from math import inf
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import Direction, Endpoint, Family, State

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
    from tcpview_tui.sources.trace_line import Transition
    from tcpview_tui.sources.witness import Caller

_Waiting = dict[int | None, deque["Life"]]
"""Lives that connect to one end, the oldest first, by the pid of their process; `None` where that cannot be told."""

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
    `sharers` counts the sockets between the same ends, each in a namespace of its own: which of them it was that closed
    is not told, and nothing else is known. It is 0 for a socket that had its ends to itself.
    """

    family: Family
    local: Endpoint
    remote: Endpoint
    opened_at: float | None = None
    closed_at: float | None = None
    direction: Direction | None = None
    process: Process | None = None
    state: State = State.NONE
    namespace: int | None = None
    has_fin: bool = False
    sharers: int = 0


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
        self._portless: dict[Endpoint, _Waiting] = {}
        self._portless_count = 0
        self._at = self._gap_at = -inf

    def asks(self, step: Transition) -> bool:
        """Return whether `take` wants to know the process of a change. For the thread that calls `take`: no lock."""
        if step.new is State.SYN_SENT:
            return True
        life = self._open.get((step.local, step.remote))
        return step.is_call and step.new in _CALLS and (life is None or life.process is None)

    def take(self, step: Transition, caller: Caller | None) -> None:
        """Follow one change and who made it; `None` when `asks` did not want to know."""
        self._at = step.at
        if step.new is State.SYN_SENT:
            self._begin(step, _named(Life(step.family, step.local, step.remote, step.at, direction="out"), caller))
        elif step.old is State.LISTEN:
            self._begin(step, Life(step.family, step.local, step.remote, step.at, direction="in"))
        elif (life := self._known(step) or self._late(step)) is not None:
            self._change(life, step, caller)

    def gap(self) -> None:
        """Say that changes were lost: who connects at this moment cannot be told any more from who did before."""
        self._portless.clear()
        self._portless_count = 0
        self._gap_at = self._at

    def opened(self, local: Endpoint, remote: Endpoint) -> Life | None:
        """Return the life of the socket that is open between two ends; `None` when it was not seen, or is shared."""
        life = self._open.get((local, remote))
        return None if life is None or life.sharers else life

    def fetch(self) -> list[Life]:
        """Return the lives that ended since the last call, oldest first."""
        lives = [*self._finished]
        self._finished.clear()
        return lives

    def _begin(self, step: Transition, life: Life) -> None:
        life.state = step.new
        if step.local.port:
            self._follow(life)
            return
        pid = life.process.pid if life.process else None
        self._portless.setdefault(step.remote, {}).setdefault(pid, deque()).append(life)
        self._portless_count += 1
        if self._portless_count > self._limit:
            self._portless_count -= sum(map(len, self._portless.pop(next(iter(self._portless))).values()))

    def _known(self, step: Transition) -> Life | None:
        """Return the life that a change belongs to, if one is open; one that has connected does not so again."""
        life = self._open.get((step.local, step.remote))
        is_other = life is not None and step.old is State.SYN_SENT and life.state is not State.SYN_SENT
        return None if is_other else life

    def _late(self, step: Transition) -> Life | None:
        """Return the life of a socket not known by its ends: it has just got its port, or is older than we are."""
        life = self._take_portless(step) if step.old is State.SYN_SENT else None
        if not step.local.port:  # connect failed, no port was free: nothing ever left the machine
            return None
        if life is None:
            life = Life(step.family, step.local, step.remote)
            life.direction = "in" if step.old is State.SYN_RECEIVED else None
        life.family, life.local = step.family, step.local
        return self._follow(life)

    def _take_portless(self, step: Transition) -> Life | None:
        """Return who connected to that end first. Two processes at the same time cannot be told apart: no name then."""
        waiting = self._portless.get(step.remote)
        if not waiting:
            return None
        pid: int | None = step.pid
        if not step.is_call or pid not in waiting:
            _mix(waiting)
            (pid,) = waiting
        found = waiting[pid].popleft()
        self._portless_count -= 1
        if not waiting[pid]:
            del waiting[pid]
        if not waiting:
            del self._portless[step.remote]
        return found

    def _change(self, life: Life, step: Transition, caller: Caller | None) -> None:
        if not (step.old is State.SYN_SENT and step.new is State.CLOSED):  # refused, or given up: it never opened
            life.state = step.new
        if life.sharers:
            self._change_shared(life, step)
            return
        if life.process is None and step.is_call and step.new in _CALLS:
            _named(life, caller)
        if step.new is State.CLOSED:
            life.closed_at = step.at
            life.has_fin = step.old in AFTER_FIN
            del self._open[life.local, life.remote]
            self._finish(life)

    def _change_shared(self, life: Life, step: Transition) -> None:
        if step.new is State.CLOSED:
            self._finish(replace(life, opened_at=None, closed_at=step.at))
            life.sharers -= 1
            if not life.sharers:
                del self._open[life.local, life.remote]

    def _follow(self, life: Life) -> Life:
        """Follow a life; as one with that which is open between the same ends in another namespace."""
        ends = life.local, life.remote
        before = self._open.pop(ends, None)
        if before is not None and self._has_ended(before, life):
            before.state = State.CLOSED
            self._finish(before)
        elif before is not None:
            number = max(before.sharers, 1) + 1
            life = Life(life.family, *ends, life.opened_at, state=life.state, sharers=number)
        self._open[ends] = life
        if len(self._open) > self._limit:
            del self._open[next(iter(self._open))]
        return life

    def _has_ended(self, before: Life, life: Life) -> bool:
        """Return whether the end of a life was lost, for another has its ends; else both are open, in two namespaces.

        Where a namespace is not known, ends are lost with other changes only.
        """
        if before.namespace is not None and life.namespace is not None:
            return before.namespace == life.namespace
        return (before.opened_at or 0.0) <= self._gap_at

    def _finish(self, life: Life) -> None:
        self._finished.append(life)
        if len(self._finished) > self._limit:
            self._finished.popleft()
            self.dropped += 1


def _mix(waiting: _Waiting) -> None:
    """Forget which life is whose, if they are several processes'; their namespace stays known if it is the same."""
    if len(waiting) == 1:
        return
    unsure = waiting.pop(None, deque())
    fresh = sorted(chain.from_iterable(waiting.values()), key=lambda life: life.opened_at or 0.0)
    places = {life.namespace for life in chain(islice(unsure, 1), fresh)}
    place = places.pop() if len(places) == 1 else None
    for life in unsure if unsure and unsure[0].namespace != place else ():
        life.namespace = place
    for life in fresh:
        life.process, life.namespace = None, place
    unsure.extend(fresh)
    waiting.clear()
    waiting[None] = unsure


def _named(life: Life, caller: Caller | None) -> Life:
    """Say in a life who had it, as far as that is known."""
    if caller:
        life.process = caller.process
        life.namespace = caller.namespace if life.namespace is None else life.namespace
    return life
