"""Something that is looked for in every network namespace that can be entered, this program's own first."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from tcpview_tui.findings.machine import Unlooked
from tcpview_tui.model.connection import Namespace
from tcpview_tui.sources.namespaces import Namespaces, NetNamespace, inside
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.findings.machine import Sought

T = TypeVar("T")

MOST = 64
"""Namespaces entered in one round, each in half a millisecond and what the work takes; of more, each has its turn.

New ones come first, and take no more than half of it from the others.
"""

LONG = 16
"""Rounds after which it is told of a namespace that what is known of it is old."""

_ENDED = frozenset({errno.ENOENT, errno.ESRCH, errno.ESTALE})
"""What a path in /proc says whose process has ended, or has passed its number on."""

_REFUSED = frozenset({errno.EPERM, errno.EACCES})

_LATER = f"Its turn has not come yet: {MOST} network namespaces are looked into at a time."

_SLIPPED = "It cannot be entered: the processes that are seen in it end before that. The next look tries again."

_OLD = (
    f"It was not looked into for {LONG} rounds and more, so that what was found in it may have changed: {MOST} network "
    "namespaces are looked into at a time, and one whose processes end on the way in is left out."
)

_SILENT = (
    "Some processes do not tell their network namespace (root is told, with CAP_SYS_PTRACE): one is looked into as "
    "soon as another process in it tells."
)


class Round(NamedTuple, Generic[T]):
    """What is found now, what was found `earlier` where it is not its turn again, and where nobody could look."""

    now: list[T]
    earlier: list[T]
    unlooked: list[Unlooked]


class _Visited(NamedTuple, Generic[T]):
    """What a namespace told, and in which round."""

    told: Sequence[T] | Unlooked
    at: int


class Rounds(Generic[T]):
    """Goes round the namespaces and does `work` in each, which is told where it is. Used by one thread at a time.

    For the work, ``/proc/thread-self/net`` is that of the namespace. It raises OSError and ValueError.
    """

    def __init__(self, proc: Path, sought: Sought, work: Callable[[Namespace | None], Sequence[T]]) -> None:
        self._sought: Sought = sought
        self._work = work
        self._namespaces = _namespaces(proc)
        self._visited: dict[int, _Visited[T]] = {}
        self._slips: dict[int, int] = {}
        self._round = 0

    def go(self) -> Round[T]:
        """Go round once. Raises what the work raises in the own namespace; of others that is told as unlooked."""
        own = self._work(None)
        there = self._namespaces.look() if self._namespaces else {}
        self._round += 1
        known = {inode: visited for inode, visited in self._visited.items() if inode in there}
        now = self._visit_all(there, known)
        left = {inode: visited for inode, visited in known.items() if inode not in now}
        self._visited = {**left, **now}  # whose turn was longest ago comes first
        refused = [each.told for each in self._visited.values() if isinstance(each.told, Unlooked)]
        unlooked = [*self._silent(), *refused, *self._waiting(there), *self._old(there, left)]
        return Round([*own, *_found(now)], _found(left), unlooked)

    def _visit_all(self, there: Mapping[int, NetNamespace], known: Mapping[int, _Visited[T]]) -> dict[int, _Visited[T]]:
        """Visit those whose turn it is, and return what they told; one that ends on the way in tells nothing."""
        fresh = [inode for inode in there if inode not in known]
        turn = [*fresh[: MOST - min(len(known), MOST // 2)], *known][:MOST]
        told = {inode: self._visit(there[inode]) for inode in turn}
        self._slips = {inode: self._slips.get(inode, 0) + 1 for inode in turn if told[inode] is None}
        return {inode: _Visited(each, self._round) for inode, each in told.items() if each is not None}

    def _visit(self, found: NetNamespace) -> Sequence[T] | Unlooked | None:
        """Return what the work found, or why it could not be done; `None` when there is no way in any more."""
        namespace = _called(found)
        try:
            return inside(found.path, found.inode, partial(self._work_in, namespace))
        except (OSError, RuntimeError) as error:  # RuntimeError: no thread is to be had
            return None if _number(error) in _ENDED else self._unlooked(namespace, error)

    def _work_in(self, namespace: Namespace) -> Sequence[T] | Unlooked:
        """What the work fails of is not taken for a way that has ended."""
        try:
            return self._work(namespace)
        except (OSError, ValueError) as error:
            return self._unlooked(namespace, error)

    def _waiting(self, there: Mapping[int, NetNamespace]) -> Iterator[Unlooked]:
        """Yield those that were never looked into. One with no way in may have ended: it is told the second time."""
        for inode, found in there.items():
            slips = self._slips.get(inode, 0)
            if inode not in self._visited and slips != 1:
                yield Unlooked(self._sought, _called(found), _SLIPPED if slips else _LATER)

    def _old(self, there: Mapping[int, NetNamespace], left: Mapping[int, _Visited[T]]) -> Iterator[Unlooked]:
        for inode, (told, at) in left.items():
            if self._round - at >= LONG and not isinstance(told, Unlooked):
                yield Unlooked(self._sought, _called(there[inode]), _OLD)

    def _unlooked(self, namespace: Namespace, error: Exception) -> Unlooked:
        return Unlooked(self._sought, namespace, _why(error))

    def _silent(self) -> list[Unlooked]:
        if self._namespaces is None or not self._namespaces.refused:
            return []
        return [Unlooked(self._sought, None, _SILENT)]


def _namespaces(proc: Path) -> Namespaces | None:
    try:
        return Namespaces(proc)
    except OSError:  # a kernel that has one only
        return None


def _called(found: NetNamespace) -> Namespace:
    return Namespace(found.inode, found.name)


def _found(visited: Mapping[int, _Visited[T]]) -> list[T]:
    return [each for some, _ in visited.values() if not isinstance(some, Unlooked) for each in some]


def _number(error: Exception) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _why(error: Exception) -> str:
    needed = " It takes CAP_SYS_ADMIN." if _number(error) in _REFUSED else ""
    told = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"It cannot be looked into: {safe(told, 200)}.{needed}"
