"""Something that is looked for in every network namespace that can be entered, this program's own first."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Sequence
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
"""Namespaces entered in one round, each in half a millisecond and what the work takes; of more, each has its turn."""

_ENDED = frozenset({errno.ENOENT, errno.ESRCH, errno.ESTALE})
"""What a path in /proc says whose process has ended, or has passed its number on."""

_REFUSED = frozenset({errno.EPERM, errno.EACCES})

_LATER = f"Its turn has not come yet: {MOST} network namespaces are looked into at a time."

_SILENT = (
    "Some processes do not tell their network namespace (root is told, with CAP_SYS_PTRACE): one is looked into as "
    "soon as another process in it tells."
)


class Round(NamedTuple, Generic[T]):
    """What is found now, what was found `earlier` where it is not its turn again, and where nobody could look."""

    now: list[T]
    earlier: list[T]
    unlooked: list[Unlooked]


class Rounds(Generic[T]):
    """Goes round the namespaces and does `work` in each, which is told where it is. Used by one thread at a time.

    For the work, ``/proc/thread-self/net`` is that of the namespace. It raises OSError and ValueError.
    """

    def __init__(self, proc: Path, sought: Sought, work: Callable[[Namespace | None], Sequence[T]]) -> None:
        self._sought: Sought = sought
        self._work = work
        self._namespaces = _namespaces(proc)
        self._told: dict[int, Sequence[T] | Unlooked] = {}

    def go(self) -> Round[T]:
        """Go round once. Raises what the work raises in the own namespace; of others that is told as unlooked."""
        own = self._work(None)
        there = self._namespaces.look() if self._namespaces else {}
        fresh = [inode for inode in there if inode not in self._told]
        waiting = [inode for inode in self._told if inode in there]
        now = {inode: self._visit(there[inode]) for inode in [*fresh, *waiting][:MOST]}
        left = {inode: self._told[inode] for inode in waiting if inode not in now}
        self._told = {**left, **now}  # whose turn was longest ago comes first
        later = [Unlooked(self._sought, _called(there[inode]), _LATER) for inode in fresh[MOST:]]
        refused = [each for each in self._told.values() if isinstance(each, Unlooked)]
        return Round([*own, *_found(now.values())], _found(left.values()), [*self._silent(), *refused, *later])

    def _visit(self, found: NetNamespace) -> Sequence[T] | Unlooked:
        namespace = _called(found)
        try:
            return inside(found.path, found.inode, partial(self._work, namespace))
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: no thread is to be had
            return () if _number(error) in _ENDED else Unlooked(self._sought, namespace, _why(error))

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


def _found(told: Iterable[Sequence[T] | Unlooked]) -> list[T]:
    return [each for some in told if not isinstance(some, Unlooked) for each in some]


def _number(error: Exception) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _why(error: Exception) -> str:
    needed = " It takes CAP_SYS_ADMIN." if _number(error) in _REFUSED else ""
    told = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return f"It cannot be looked into: {safe(told, 200)}.{needed}"
