"""What kind of file system a path of a process lies on."""

from __future__ import annotations

import re

from tcpview_tui.sources.evidence.asking import content
from tcpview_tui.text import safe_bytes

_OCTAL = re.compile(rb"\\([0-7]{3})")
"""How spaces, tabs, lines and backslashes stand in mountinfo (proc_pid_mountinfo(5))."""


def filesystem(process: str, path: str) -> str | None:
    """Return the type of what is mounted where `path` lies, ``tmpfs``; `None` where nobody tells. Raises OSError."""
    where, found = path.encode("utf-8", "surrogateescape"), (b"", b"")
    for line in content(f"{process}/mountinfo").split(b"\n"):
        before, _, after = line.partition(b" - ")
        fields = before.split(b" ")
        if len(fields) < 5:
            continue
        point = _OCTAL.sub(lambda octal: bytes([int(octal[1], 8) & 0xFF]), fields[4])
        if where.startswith(point.rstrip(b"/") + b"/") and len(point) >= len(found[0]):
            found = point, after.split(b" ")[0]
    return safe_bytes(found[1]) or None
