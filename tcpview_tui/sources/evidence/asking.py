"""One question to the system at a time: the answer, or a sentence that says why there is none."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading

T = TypeVar("T")

ENDED = Unread("it has ended")


def ask(question: Callable[[], T], path: str) -> Reading[T]:
    """Return the answer; where it is refused, say so of `path`."""
    try:
        return question()
    except PermissionError:
        return refused(path)
    except (FileNotFoundError, ProcessLookupError):
        return ENDED
    except OSError as error:
        return Unread(f"{safe(path)} could not be read: {error.strerror or error}")


def refused(path: str) -> Unread:
    """Say who may read a file about a process (ptrace(2), PTRACE_MODE_READ)."""
    if os.geteuid() == 0:
        return Unread(f"not permitted: {safe(path)} needs the right CAP_SYS_PTRACE, which root lacks here")
    return Unread(f"not permitted: {safe(path)} is readable by its user and root only")


def link(path: str) -> str:
    """Return where a link of /proc leads, exactly as it stands there. Raises OSError."""
    return os.readlink(path)  # noqa: PTH115 - a path would be normalised


def content(path: str, limit: int = -1) -> bytes:
    """Return a file of /proc, at most `limit` bytes of it. Raises OSError."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - called for each process
        return file.read(limit) or b""
