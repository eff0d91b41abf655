"""Shells and interpreters that were copied under another name: told by their build id, or else by their bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING

from tcpview_tui.findings.programs import INTERPRETERS, SHELLS, is_interpreter, is_shell, is_steady
from tcpview_tui.sources.evidence.asking import ask
from tcpview_tui.sources.evidence.build_id import build_id
from tcpview_tui.sources.evidence.contents import Content, content_of, digest
from tcpview_tui.sources.evidence.roots import root_of

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading
    from tcpview_tui.sources.evidence.roots import Root

_FOLDERS = ("/usr/bin", "/bin", "/usr/local/bin", "/etc/alternatives")
"""Where systems and images have them, or links to them (update-alternatives(1)). A directory that is a link to another
one of these is passed over."""

_NAMES = sorted(SHELLS | INTERPRETERS | {"busybox", "python3", "toybox"})

_ROOTS = 64
"""Roots whose shells are remembered."""

_LARGEST = 32 << 20
"""Bytes of a shell or interpreter beyond which nothing is compared with it: some 20 ms. Node.js and its like have more,
and are what programs are made of that bring one along (Node.js, "Single executable applications")."""

_MINUTE = 60.0
"""Seconds for which shells are remembered: a link of theirs may lead where no directory tells of a change."""


@dataclass(frozen=True, slots=True)
class _Shelves:
    """The directories of a root that have shells: the same for as long as nothing comes into them or goes.

    Each mount namespace has its own, where something else may be mounted over a shell.
    """

    minute: int
    namespace: int
    stamps: tuple[tuple[str, int, int, int], ...]
    root: Root = field(compare=False)


def original(process: str, path: str, argv: tuple[str, ...]) -> Reading[str | None]:
    """Return the shell or interpreter that a process runs under another name: the path of one in its own root.

    `process` is its directory in /proc, `path` its executable. Compared is the build id, some 50 us; where it has none,
    the bytes of files of one size, by their SHA-256. A link counts, but for one where only the administrator may make
    it: `rbash` is one.
    """
    if is_shell(path, argv) or is_interpreter(path):
        return None
    return ask(lambda: _original(process, path, argv), f"{process}/exe")


def _original(process: str, path: str, argv: tuple[str, ...]) -> str | None:
    running, root = content_of(f"{process}/exe"), root_of(process)
    mark = _mark(running)
    for name in _marks(_shelves(root)).get(mark, ()):
        known = _at(root, name)
        if known and (is_shell(name, argv) or is_interpreter(name)) and _is_copy(running, known, mark):
            return None if running.is_same(known) and is_steady(path) else name
    return None


def _mark(content: Content) -> bytes | int:
    """Return the build id of a program, or its size: what copies have in common."""
    return build_id(content.path) or content.size


def _is_copy(running: Content, known: Content, mark: bytes | int) -> bool:
    if known.size > _LARGEST:
        return False
    return running.is_same(known) or isinstance(mark, bytes) or digest(running, "sha256") == digest(known, "sha256")


def _shelves(root: Root) -> _Shelves:
    found = ((folder, _status(f"{root.door}{folder}")) for folder in _FOLDERS)
    stamps = ((name, at.st_dev, at.st_ino, at.st_mtime_ns) for name, at in found if at and stat.S_ISDIR(at.st_mode))
    namespace = os.stat(f"{root.process}/ns/mnt").st_ino  # noqa: PTH116 - called for each process
    return _Shelves(int(monotonic() // _MINUTE), namespace, tuple(stamps), root)


@lru_cache(_ROOTS)
def _marks(shelves: _Shelves) -> Mapping[bytes | int, list[str]]:
    """Return the paths of the shells and interpreters of a root, by what copies of them have in common.

    Raises OSError: its process is gone.
    """
    marks: dict[bytes | int, list[str]] = {}
    for folder, *_ in shelves.stamps:
        for name in _NAMES:
            with suppress(OSError):  # it may not be read: nothing is compared with it
                if known := _at(shelves.root, f"{folder}/{name}"):
                    marks.setdefault(_mark(known), []).append(f"{folder}/{name}")
    os.stat(shelves.root.door)  # noqa: PTH116 - what was not found because there was no root any more is not remembered
    return marks


def _at(root: Root, path: str) -> Content | None:
    found = f"{root.door}{path}"
    status = _status(found)
    if status is None:
        return None
    try:
        return content_of(root.resolve(path) if stat.S_ISLNK(status.st_mode) else found)
    except OSError:
        return None


def _status(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except OSError:
        return None
