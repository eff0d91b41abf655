"""The name of the service that a port stands for, from the system's own list (services(5))."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tcpview_tui.model.connection import Transport

_SIZE_LIMIT = 4 << 20
"""Characters read of the list: the longest in use, Fedora's with 11,000 services, has 700,000."""

_NAME_LIMIT = 64
"""Characters of a name; RFC 6335 section 5.1 allows 15, the lists have a few longer ones."""

Names = dict[tuple[str, int], str]
"""Names by transport and port."""


def service_name(port: int, transport: Transport) -> str | None:
    """Return the name of a service, ``https``; `None` when the list has none for the port, or there is no list.

    It says what the port is registered for, not what speaks there. Never raises and never waits for the network:
    `socket.getservbyport` may ask a directory server for each name that the list lacks (nsswitch.conf(5)).
    """
    return _names().get((transport, port))


def parse(content: str) -> Names:
    """Return what a list in the form of services(5) says; of several names of a port the first one counts."""
    names: Names = {}
    for line in content.splitlines():
        words = line.partition("#")[0].split()
        port, _, transport = words[1].partition("/") if len(words) > 1 else ("", "", "")
        if port.isascii() and port.isdigit() and len(port) <= 5:
            names.setdefault((transport, int(port)), safe(words[0], _NAME_LIMIT))
    return names


def database(platform: str = sys.platform, environment: Mapping[str, str] = os.environ) -> Path:
    """Return where a system keeps the list."""
    if platform == "win32":
        return Path(environment.get("SystemRoot", r"C:\Windows"), "System32", "drivers", "etc", "services")
    return Path("/etc/services")


@lru_cache(maxsize=1)
def _names() -> Names:
    return read(database())


def read(path: Path) -> Names:
    """Return what the list in a file says; nothing when it cannot be read."""
    try:
        if not path.is_file():  # a pipe of that name would hold up the screen
            return {}
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            return parse(file.read(_SIZE_LIMIT))
    except OSError:
        return {}
