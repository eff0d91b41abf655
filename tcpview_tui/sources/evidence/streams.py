"""Where the standard streams of a process lead."""

from __future__ import annotations

import errno
import os
from functools import partial
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Stream, Unread
from tcpview_tui.sources.evidence.asking import ask, link
from tcpview_tui.text import safe, safe_bytes

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading, Streams

_PROTOCOL = "system.sockprotoname"
"""An attribute of every socket since Linux 2.6.37 (net/socket.c): it needs no table of sockets, in any namespace."""

_UNTOLD = Unread("this kernel does not tell the protocol of a socket")


def streams(process: str) -> Reading[Streams]:
    """Return standard input, output and error of the process with this directory in /proc."""
    return ask(partial(_streams, process), f"{process}/fd")


def _streams(process: str) -> Streams:
    return stream(f"{process}/fd/0"), stream(f"{process}/fd/1"), stream(f"{process}/fd/2")


def stream(path: str) -> Stream | None:
    """Return where a descriptor leads, by its link in /proc; `None` when it is not open. Raises other OSErrors."""
    try:
        raw = link(path)
        return Stream(safe(raw), _protocol(path) if raw.startswith("socket:[") else None)
    except FileNotFoundError:
        return None


def _protocol(path: str) -> Reading[str | None]:
    try:
        return safe_bytes(os.getxattr(path, _PROTOCOL).rstrip(b"\0"))
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.EOPNOTSUPP, errno.EINVAL):
            return _UNTOLD
        raise
