"""Files written so that nobody can lay a trap: root may run this program on a machine that somebody else controls."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from tcpview_tui.text import safe

_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)

_REASONS = {
    errno.EEXIST: "That name is taken, and nothing is overwritten. Choose another one.",
    errno.ENOENT: "There is no such folder. Choose one that exists.",
    errno.ENOTDIR: "What should be its folder is a file. Choose another one.",
    errno.EACCES: "You may not write into that folder. Choose another one.",
    errno.EPERM: "You may not write into that folder. Choose another one.",
    errno.EROFS: "Nothing can be written there. Choose another folder.",
    errno.ENOSPC: "The disk is full. Make room, or choose another folder.",
    errno.EDQUOT: "Your disk quota is used up. Make room, or choose another folder.",
    errno.EFBIG: "It would be longer than a file may be. Save fewer rows.",
    errno.ENAMETOOLONG: "The name is too long. Choose a shorter one.",
}
"""What the numbers of errno(3) mean for a new file, and what to do: two lines at most on 40 columns."""


def create(file: Path, content: bytes) -> None:
    """Write `content` to a new file with mode 0600; raises OSError, FileExistsError for anything there, a link too.

    Its content is on the disk when this returns; its name may still be lost with the power. Of a file that could not
    be written whole, nothing is left that can be removed.
    """
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(handle)
    except OSError:
        with suppress(OSError):
            file.unlink()
        raise


def why_not(error: Exception) -> str:
    """Return why a file could not be created and what to do, in sentences that have passed `text.safe`."""
    reason = _REASONS.get(getattr(error, "errno", None) or 0)
    told = str(getattr(error, "strerror", None) or error).rstrip(".")
    return reason or safe(f"{told[:1].upper()}{told[1:]}. Choose another name.")


def replace_content(file: Path, content: bytes) -> None:
    """Write `content` to `file` at once or not at all; raises OSError.

    Who reads it, also after the power went, finds what was there before or all of `content`. The file is new, with mode
    0600: a link that stands in its place is replaced and not followed. A missing folder is made for this user only,
    and those above it as the umask says.
    """
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{file.stem}-", suffix=".tmp", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(handle)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def read_content(file: Path, limit: int) -> bytes:
    """Return what is in `file`; raises OSError, and ValueError beyond `limit` bytes.

    No link is followed and no pipe waited for.
    """
    with open(file, "rb", opener=_open_unwaiting) as stream:
        content = stream.read(limit + 1) or b""
    if len(content) > limit:
        raise ValueError(f"{file} is longer than {limit} bytes")
    return content


def _open_unwaiting(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS | getattr(os, "O_NONBLOCK", 0))
