"""The names of the services that ports stand for, from the system's own list (services(5)).

They say what a port is registered for, not what speaks there. The list is read here and not asked for by
`socket.getservbyport`, which may ask a directory server for each name that the list lacks (nsswitch.conf(5)).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIZE_LIMIT = 4 << 20
"""Characters read of the list: the longest in use, Fedora's with 11,000 services, has 700,000."""

_NAME_LIMIT = 64
"""Characters of a name; RFC 6335 section 5.1 allows 15, the lists have a few longer ones."""

Names = dict[tuple[str, int], str]
"""Names by transport and port."""


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


def read(path: Path) -> Names:
    """Return what the list in a file says; nothing when it cannot be read. Never raises."""
    try:
        if not path.is_file():  # a pipe of that name would hold up the screen
            return {}
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            return parse(file.read(_SIZE_LIMIT))
    except OSError:
        return {}
