"""What a source could not see on this system, in words: for whom, why, and what to do about it."""

from __future__ import annotations

import os

from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.text import count

_UNSEEN = (
    "the process ended, the kernel itself uses them, the process lives in another process namespace, or root lacks the "
    "right to look (CAP_SYS_PTRACE), as in many containers."
)
_AS_ROOT = "Run the program as root (sudo tcpview-tui) to see all of them."


OTHER_NAMESPACES = Problem(
    Code.NAMESPACES,
    "Always: other network namespaces",
    "Connections inside containers that have a network of their own are not shown.",
)
SHARED = Problem(
    Code.SHARED,
    "Always: processes that share a socket",
    "On Linux psutil names one owner of each socket, and sockets without owner that are alike in every detail "
    "are one row.",
)


def _is_root() -> bool:
    return not hasattr(os, "geteuid") or os.geteuid() == 0


def ownerless(lost: int, sought: int = 0) -> Problem:
    """Say that sockets have no owner in sight, and that so many of them are still `sought`."""
    sockets = count(lost, "socket")
    if not _is_root():
        return Problem(
            Code.OWNERLESS,
            f"{sockets} without owner: not root",
            f"The system tells the owner of a socket to its user and to root only. {_AS_ROOT}",
        )
    if not sought:
        return Problem(Code.OWNERLESS, f"{sockets} without owner", f"No process in sight holds them: {_UNSEEN}")
    others = f" No process in sight holds the others: {_UNSEEN}" if sought < lost else ""
    return Problem(
        Code.OWNERLESS,
        f"{sockets} without owner, {sought:,} still being looked for",
        "The open files of all processes are gone through up to three times, in several looks: the owner of a socket "
        f"may yet be found.{others}",
    )


def paths(refused: int) -> Problem:
    """Say that the executable files of some processes are not known."""
    return Problem(
        Code.PATHS_REFUSED,
        f"{count(refused, 'executable')} unreadable" + ("" if _is_root() else ": not root"),
        f"The system tells the executable file of a process to its user and to root only. {_AS_ROOT}",
    )


def processes(refused: int) -> Problem:
    """Say that some processes did not tell their sockets."""
    return Problem(
        Code.PROCESSES_REFUSED,
        f"sockets of {count(refused, 'process', 'processes')} not visible" + ("" if _is_root() else ": not root"),
        f"The system tells which sockets a process has to its user and to root only. {_AS_ROOT}",
    )


def namespaces(closed: int, reason: str) -> Problem:
    """Say that other network namespaces exist, or may exist, and cannot be read; without a number, nobody may look."""
    if not _is_root():
        return Problem(
            Code.NAMESPACES,
            "containers not visible: not root",
            "Only root may look into other network namespaces, which containers have, and find all of them. "
            f"{_AS_ROOT}",
        )
    return Problem(
        Code.NAMESPACES,
        f"{count(closed, 'network namespace')} not readable",
        f"The system does not let this program in: {reason}. It takes CAP_SYS_ADMIN.",
    )


def tables(names: str, reason: str) -> Problem:
    """Say that whole tables of the kernel could not be read."""
    return Problem(
        Code.TABLES,
        f"{names} not read anew",
        f"The kernel did not list these sockets: {reason}. What is shown of them is from an earlier look.",
    )


def without_events(reason: str) -> Problem:
    """Say why the kernel does not tell of connections as they open and close."""
    if not _is_root():
        return Problem(
            Code.EVENTS,
            "short connections seen only as they close, without process: not root",
            "The kernel tells everybody that a TCP connection has ended, and root alone when and by whom it was "
            "opened. "
            f"{_AS_ROOT}",
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
        "More connections opened and closed than could be followed. First the details of their processes are given "
        "up, then the oldest of the short connections; events are lost when the kernel's own buffer is full.",
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
