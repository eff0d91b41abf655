"""The TCP connection that an SSH session comes over, as ssh(1) names it in SSH_CONNECTION, and who holds it."""

from __future__ import annotations

import os
from collections.abc import Iterable

import psutil

from tcpview_tui.model import address
from tcpview_tui.model.connection import Endpoint

Ends = tuple[Endpoint, Endpoint]
"""The client's end and the server's."""


def session_ends(pids: Iterable[int]) -> set[Ends]:
    """Return the connections that SSH_CONNECTION of this program or of `pids` names; empty without SSH.

    Inside tmux or screen these can be old: the variable is that of the day the pane was opened.
    """
    return {ends for value in _variables(pids) if (ends := _ends(value))}


def holders(pids: Iterable[int]) -> set[int] | None:
    """Return who holds the connections of `session_ends`.

    `None`: none of the processes has the variable, so nothing says that SSH is involved. Empty: SSH is, and the
    holder is not visible (no privilege, another namespace, a connection that has ended since).
    """
    wanted = session_ends(pids)
    if not wanted:
        return None
    try:
        sockets = psutil.net_connections("tcp")
    except (psutil.Error, OSError):
        return set()
    return {s.pid for s in sockets if s.pid and s.raddr and (end(*s.raddr), end(*s.laddr)) in wanted}


def end(host: str, port: int) -> Endpoint:
    """Return an end of a connection as `session_ends` spells it: without a zone (RFC 4007)."""
    return Endpoint(address.canonical(host.partition("%")[0]), port)


def _variables(pids: Iterable[int]) -> list[str]:
    values = [os.environ.get("SSH_CONNECTION", "")]
    for pid in pids:
        try:
            values.append(psutil.Process(pid).environ().get("SSH_CONNECTION", ""))
        except (psutil.Error, OSError):
            continue
    return values


def _ends(value: str) -> Ends | None:
    parts = value.split()
    if len(parts) != 4 or not (parts[1].isdecimal() and parts[3].isdecimal()):
        return None
    return end(parts[0], int(parts[1])), end(parts[2], int(parts[3]))
