"""Files written so that nobody can lay a trap: root may run this program on a machine that somebody else controls."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_content(file: Path, content: bytes) -> None:
    """Write `content` to `file` at once or not at all; raises OSError. Missing folders are made, for this user only.

    The file is new, with mode 0600: a link that stands in its place is replaced and not followed.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{file.stem}-", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def read_content(file: Path, limit: int) -> bytes:
    """Return what is in `file`; raises OSError, and ValueError beyond `limit` bytes.

    No link is followed and no pipe waited for.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(file, flags), "rb") as stream:
        content = stream.read(limit + 1) or b""
    if len(content) > limit:
        raise ValueError(f"{file} is longer than {limit} bytes")
    return content
