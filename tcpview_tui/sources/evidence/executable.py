"""The file that a process runs, and what lies at its path now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Executable, File, Unread
from tcpview_tui.findings.places import is_shared
from tcpview_tui.model.process import DELETED
from tcpview_tui.sources.evidence import capabilities, mounts
from tcpview_tui.sources.evidence.asking import ENDED, ask, link, refused
from tcpview_tui.sources.evidence.roots import Root, root_of
from tcpview_tui.sources.packages.names import final
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading


def executable(process: str) -> Reading[Executable | None]:
    """Return what the process with this directory runs; `None` for a kernel thread and for one that has ended."""
    path = f"{process}/exe"
    try:
        raw = link(path)
    except PermissionError:
        return refused(path)
    except FileNotFoundError:
        return None
    except OSError:
        return ENDED
    file = ask(lambda: file_of(os.stat(path)), path)  # noqa: PTH116 - called for each process
    root = ask(lambda: root_of(process), f"{process}/root")
    deleted, name = _is_deleted(raw, file, root), raw.removesuffix(DELETED)
    return Executable(
        path=safe(name if deleted else raw),
        deleted=deleted,
        file=file,
        present=_at(root, final(name) if deleted else raw),
        capabilities=ask(lambda: capabilities.of(path), path),
        filesystem=ask(lambda: mounts.filesystem(process, name), path) if is_shared(name) else None,
    )


def successor_of(process: str) -> str:
    """Return how this program reaches what has the name of a process's deleted program now. Raises OSError."""
    return root_of(process).outside(final(link(f"{process}/exe").removesuffix(DELETED)))


def _is_deleted(raw: str, file: Reading[File], root: Reading[Root]) -> bool:
    """Whether the kernel says so, and the file is not only called so."""
    if not raw.endswith(DELETED):
        return False
    called = _at(root, raw)
    return not (isinstance(called, File) and isinstance(file, File) and called.is_same(file))


def _at(root: Reading[Root], path: str) -> Reading[File | None]:
    if isinstance(root, Unread):
        return root

    def look() -> File | None:
        try:
            return file_of(os.lstat(root.outside(path)))
        except (FileNotFoundError, NotADirectoryError):
            return None

    return ask(look, path)


def file_of(found: os.stat_result) -> File:
    """Return what stat(2) has found."""
    return File(found.st_dev, found.st_ino, found.st_mode, found.st_uid, found.st_nlink, found.st_ctime, found.st_mtime)
