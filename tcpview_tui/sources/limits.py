"""What a source could not see on this system, in words: for whom, why, and what to do about it."""

from __future__ import annotations

import os

from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.text import count

_AS_ROOT = "Run the program as root (sudo tcpview-tui) to see all of them."


def _is_root() -> bool:
    return not hasattr(os, "geteuid") or os.geteuid() == 0


def ownerless(lost: int) -> Problem:
    """Say that sockets have no owner in sight."""
    sockets = count(lost, "socket")
    if _is_root():
        return Problem(
            Code.OWNERLESS,
            f"{sockets} without owner",
            "No process in sight holds them: the process ended, the kernel itself uses them, the process lives in "
            "another process namespace, or root lacks the right to look (CAP_SYS_PTRACE), as in many containers.",
        )
    return Problem(
        Code.OWNERLESS,
        f"{sockets} without owner: not root",
        f"The system tells the owner of a socket to its user and to root only. {_AS_ROOT}",
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
