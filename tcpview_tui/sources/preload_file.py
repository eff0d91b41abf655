"""The libraries that the dynamic loader puts into every program: /etc/ld.so.preload (ld.so(8))."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.machine import Preload
from tcpview_tui.text import safe, safe_bytes

FILE = Path("etc/ld.so.preload")
"""Below the root of the file system."""

_LIMIT = 1 << 16
"""Bytes read: more than anybody's list has, and a file made huge on purpose costs no more."""

_BETWEEN = re.compile(rb"[\s:]+")
"""What stands between two names; from ``#`` on, a line is a comment (do_preload in glibc's elf/rtld.c)."""


def read(root: Path = Path("/")) -> Reading[tuple[Preload, ...]]:
    """Return the file below `root` if it names any library, else nothing. Costs 20 microseconds. Never raises.

    For a container `root` is ``/proc/PID/root`` of one of its processes.
    """
    path = root / FILE
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Unread(f"{safe(str(path))} is no regular file, so that it is not read.")
        with path.open("rb") as file:
            names = _names(file.read(_LIMIT))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        return Unread(f"{safe(str(path))} cannot be read: {error.strerror}.")
    libraries = tuple(map(safe_bytes, names))
    missing = tuple(safe_bytes(name) for name in names if _is_missing(root, name))
    return (Preload(safe(str(path)), libraries, missing, status.st_mtime),) if libraries else ()


def _names(content: bytes) -> list[bytes]:
    lines = b" ".join(line.partition(b"#")[0] for line in content.splitlines())
    return [name for name in _BETWEEN.split(lines) if name]


def _is_missing(root: Path, name: bytes) -> bool:
    """Whether nothing is at a path; one with a ``$`` is the loader's to fill in (``$LIB``, ``$PLATFORM``)."""
    if not name.startswith(b"/") or b"$" in name or b"\0" in name:
        return False
    try:
        (root / name.decode("utf-8", "surrogateescape").lstrip("/")).stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return False
