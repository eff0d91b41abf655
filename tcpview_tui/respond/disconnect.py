"""Closing connections without ending their processes: one after the other, and what came of each in a sentence."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tcpview_tui.model.connection import State
from tcpview_tui.respond.outcome import Kind, Outcome
from tcpview_tui.sources.capabilities import NEEDS_NET_ADMIN
from tcpview_tui.sources.seen import SocketId
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection

WORDS: dict[Kind, str] = {
    "done": "closed",
    "gone": "had closed before",
    "refused": "refused",
    "denied": "not permitted",
    "failed": "failed",
}
"""How the outcomes of `disconnect` are counted by `several.summary`."""


def disconnect(close: Callable[[Connection], None], connections: Iterable[Connection]) -> list[Outcome]:
    """Call `close` for each of `connections` and return what came of it, in their order. Raises nothing.

    `close` is `disconnect` of a `sources.base.Source` or of the sampler: it hits that very socket or none.
    """
    return [_close(close, connection) for connection in connections]


def _close(close: Callable[[Connection], None], connection: Connection) -> Outcome:
    try:
        close(connection)
    except Exception as error:  # noqa: BLE001 - whatever a source raises must not end the program
        return _failure(connection, error)
    return Outcome(True, "done", _success(connection))


def _success(connection: Connection) -> str:
    if connection.state is State.LISTEN:
        return f"Closed {connection.ends}. Its process may not notice, and can listen again."
    if connection.transport != "tcp":
        return f"Reset {connection.ends}. Its process gets an error and can go on using the socket."
    return f"Closed {connection.ends}."


def _failure(connection: Connection, error: Exception) -> Outcome:
    ends, code = connection.ends, getattr(error, "errno", None)
    if code in {errno.EPERM, errno.EACCES}:
        return Outcome(False, "denied", f"{NEEDS_NET_ADMIN} {ends} stays open.")
    if code == errno.ENOENT:
        return Outcome(False, "gone", f"{ends} had closed already; nothing was done.")
    if code == errno.ESTALE:
        other = "Another connection has its addresses now, and was left alone."
        return Outcome(False, "gone", f"{ends} had closed already. {other}")
    if code == errno.EBUSY:
        return Outcome(False, "failed", f"{ends} stays open: {_unaddressed(connection)}. End its process instead.")
    words = safe(getattr(error, "strerror", None) or str(error) or type(error).__name__)
    if code == errno.EOPNOTSUPP:
        return Outcome(False, "failed", f"{ends} stays open: {_unsupported(connection, words)}")
    return Outcome(False, "failed", f"The system could not close {ends}: {words}.")


def _unaddressed(connection: Connection) -> str:
    """Return why the kernel lists a socket and does not find it by its addresses."""
    if connection.transport == "raw":
        return "the kernel finds no raw socket by its addresses"
    if connection.state is State.CLOSED:
        return "it is only bound, and the kernel finds no such socket by its addresses"
    return "it shares its port with others, and the kernel cannot address this one"


def _unsupported(connection: Connection, words: str) -> str:
    """Return why it cannot be done: the source says it in words of its own, the kernel in those of its error."""
    if words != os.strerror(errno.EOPNOTSUPP) and isinstance(connection.key, SocketId):
        return f"{words}, and could hit another one. End its process instead."
    if words != os.strerror(errno.EOPNOTSUPP):
        return f"{words}; --source sockdiag can, on Linux. Ending its process closes it, too."
    if connection.state is State.TIME_WAIT:
        return "this kernel closes none in TIME_WAIT; it lets go of it by itself within a minute."  # TCP_TIMEWAIT_LEN
    kind = connection.transport.upper()
    return f"this kernel cannot close {kind} sockets (CONFIG_INET_DIAG_DESTROY). End its process instead."
