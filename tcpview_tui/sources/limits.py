"""What a source could not see on this system, in words: for whom, why, and what to do about it."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.text import count, safe

_FIND = "The filter is:unknown shows every row without a known process"

OTHER_NAMESPACES = Problem(
    Code.NAMESPACES,
    "Always: other network namespaces",
    "Connections inside containers that have a network of their own are not shown.",
)
HELD_NAMESPACES = Problem(
    Code.NAMESPACES,
    "Always: network namespaces without process and name",
    "A network namespace is found by the processes in it, or by its name in /run/netns or /run/docker/netns. One that "
    "is kept only by an open socket or file, by a single thread, or by a mount elsewhere is not found, nor what is "
    "connected in it. It takes root, or a user namespace, to make one.",
)
COUNTERS = Problem(
    Code.COUNTERS,
    "Always: traffic",
    "psutil tells neither bytes nor rates nor round-trip times of a connection. On Linux the sockdiag source does "
    "(--source sockdiag); on other systems this program has no source that does.",
)
UNCOUNTED = Problem(
    Code.COUNTERS,
    "traffic not told by this kernel",
    "It lists TCP connections without the bytes they carry (Linux counts them since 4.1), so that bytes and rates are "
    "empty. A newer kernel tells them.",
)
SHARED = Problem(
    Code.SHARED,
    "Always: processes that share a socket",
    "On Linux psutil names one owner of each socket, and sockets without owner that are alike in every detail "
    "are one row.",
)


def _is_root() -> bool:
    return not hasattr(os, "geteuid") or os.geteuid() == 0


def _as_root(gain: str = "see all of them") -> str:
    """Say how to `gain` by starting as root: by the full path, for sudo searches a PATH of its own."""
    return f"Start this program as root ({_sudo() or 'with sudo'}) to {gain}."


def _sudo() -> str | None:
    """Return the command; `None` when it cannot be told, also since nobody may look into the directory we are in."""
    try:
        program = Path(sys.argv[0]).absolute()
        is_command = program.is_file() and os.access(program, os.X_OK)
    except OSError:
        return None
    return f"sudo {safe(shlex.quote(str(program)))}" if is_command else None


def ownerless(lost: int, sought: int = 0, *, each_is_told: bool = True) -> Problem:
    """Say that sockets have no owner in sight, and that so many of them are still `sought`.

    `each_is_told`: the connections say why (`Connection.unowned`).
    """
    sockets = count(lost, "socket")
    find = f"{_FIND}, and Details say why for each." if each_is_told else f"{_FIND}."
    if not _is_root():
        return Problem(
            Code.OWNERLESS,
            f"{sockets} without owner: not root",
            f"The system tells the owner of a socket to its user and to root only. {_as_root()} {find}",
        )
    if not sought:
        holds = _nobody("it" if lost == 1 else "them", lost)
        return Problem(Code.OWNERLESS, f"{sockets} without owner", f"{holds} {find}")
    others = lost - sought
    rest = f"{_nobody('the other' if others == 1 else 'the others', others)} " if others else ""
    return Problem(
        Code.OWNERLESS,
        f"{sockets} without owner, {sought:,} still being looked for",
        "The open files of all processes are gone through up to three times, in several looks: the owner of a socket "
        f"may yet be found. {rest}{find}",
    )


def _nobody(whom: str, number: int) -> str:
    used = "it" if number == 1 else "them"
    return (
        f"No process in sight holds {whom}: the process ended, the kernel itself uses {used}, the process lives in "
        "another process namespace, or root lacks the right to look (CAP_SYS_PTRACE), as in many containers."
    )


def paths(refused: int) -> Problem:
    """Say that the executable files of some processes are not known."""
    return Problem(
        Code.PATHS_REFUSED,
        f"{count(refused, 'executable')} unreadable" + ("" if _is_root() else ": not root"),
        f"The system tells the executable file of a process to its user and to root only. {_as_root()}",
    )


def processes(refused: int) -> Problem:
    """Say that some processes did not tell their sockets."""
    return Problem(
        Code.PROCESSES_REFUSED,
        f"sockets of {count(refused, 'process', 'processes')} not visible" + ("" if _is_root() else ": not root"),
        f"The system tells which sockets a process has to its user and to root only. {_as_root()}",
    )


def namespaces(closed: Collection[OSError], silent: int) -> Iterator[Problem]:
    """Say which other network namespaces are not read, if any.

    `closed` has for each that cannot be entered the reason; `silent` processes do not tell in which one they are.
    """
    if not _is_root():
        if closed or silent:
            yield Problem(
                Code.NAMESPACES,
                "containers not visible: not root",
                "Only root may look into other network namespaces, which containers have, and find all of them. "
                f"{_as_root()}",
            )
        return
    if closed:
        yield _closed(closed)
    if silent:
        yield _silent(silent)


def _closed(errors: Collection[OSError]) -> Problem:
    error = next(iter(errors))
    needed = " It takes CAP_SYS_ADMIN." if error.errno in (errno.EPERM, errno.EACCES) else ""
    return Problem(
        Code.NAMESPACES,
        f"{count(len(errors), 'network namespace')} not readable",
        f"The system does not let this program in: {error.strerror or error}.{needed}",
    )


def _silent(number: int) -> Problem:
    told = "process does not tell its" if number == 1 else "processes do not tell their"
    return Problem(
        Code.NAMESPACES,
        f"{number:,} {told} network namespace: sockets in it may be missing",
        "The system tells it to programs with at least the rights of the process (CAP_SYS_PTRACE, which root lacks in "
        "many containers). A namespace is read as soon as any other process in it tells; this program's own always is.",
    )


def tables(names: str, reason: str) -> Problem:
    """Say that whole tables of the kernel could not be read."""
    return Problem(
        Code.TABLES,
        f"{names} sockets not listed by the kernel",
        f"The kernel did not list them at the last look: {reason}. What is shown of them is from an earlier look; "
        "the next one asks again.",
    )


def without_events(reason: str) -> Problem:
    """Say why the kernel does not tell of connections as they open and close."""
    if not _is_root():
        return Problem(
            Code.EVENTS,
            "short connections seen only as they close, without process: not root",
            "The kernel tells everybody that a TCP connection has ended, and root alone when and by whom it was "
            f"opened. {_as_root('see that, too')}",
        )
    return Problem(
        Code.EVENTS,
        "short connections seen only as they close, without process",
        f"The tracepoint sock/inet_sock_set_state, which tells who opens them, cannot be used: {reason}.",
    )


def flood(lost: int, dropped: int, unnamed: int) -> Problem:
    """Say what was left out because too much happened at once, in the order in which it is given up."""
    told = [
        f"{count(number, one, many)}"
        for number, one, many in (
            (unnamed, "process without details", "processes without details"),
            (dropped, "short connection dropped", "short connections dropped"),
            (lost, "event lost", "events lost"),
        )
        if number
    ]
    return Problem(
        Code.FLOOD,
        ", ".join(told),
        "More connections opened in a second than this program can read. First the details of their processes are "
        "given up, then the oldest of the short connections; events are lost when the kernel's own buffer is full. "
        "Connections that are there at a look are all shown, and what is left out is counted right. Nothing brings it "
        "back: whoever needs every connection lets the firewall log them, or stops the flood there.",
    )


def unheard(times: int) -> Problem:
    """Say that the kernel had no room for its announcements of ended sockets; it does not tell how many."""
    return Problem(
        Code.UNHEARD,
        f"announcements of ended sockets lost, {count(times, 'time')}",
        "More sockets ended at once than the kernel could announce before the next look: their last bytes are not "
        "counted. A shorter interval loses fewer.",
    )


def fallback(reason: str) -> Problem:
    """Say that psutil is used where netlink would tell more."""
    return Problem(
        Code.FALLBACK,
        "by psutil: no traffic, one owner a socket",
        f"The kernel's sock_diag cannot be used: {reason}. psutil tells the connections without their counters.",
    )
