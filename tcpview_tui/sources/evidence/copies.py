"""Shells and interpreters that were copied under another name: told by their bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from tcpview_tui.findings.programs import INTERPRETERS, SHELLS, is_interpreter, is_shell, is_steady
from tcpview_tui.sources.evidence.asking import ask
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
"""Bytes of a program beyond which it is not compared: some 20 ms. Of the known ones, Node.js and its like have more."""


@dataclass(frozen=True, slots=True)
class _Shelves:
    """The directories of a root that have shells: the same for as long as nothing comes into them or goes.

    Each mount namespace has its own, where something else may be mounted over a shell.
    """

    namespace: int
    stamps: tuple[tuple[str, int, int, int], ...]
    root: Root = field(compare=False)


def original(process: str, path: str, argv: tuple[str, ...]) -> Reading[str | None]:
    """Return the shell or interpreter that a process runs under another name: the path of one in its own root.

    `process` is its directory in /proc, `path` its executable. The sizes are compared first, which takes some 30 us;
    the bytes of files of one size, by their SHA-256. A link counts, but for one where only the administrator may make
    it: `rbash` is one.
    """
    if is_shell(path, argv) or is_interpreter(path):
        return None
    return ask(lambda: _original(process, path, argv), f"{process}/exe")


def _original(process: str, path: str, argv: tuple[str, ...]) -> str | None:
    running, root = content_of(f"{process}/exe"), root_of(process)
    if running.size > _LARGEST:
        return None
    for name in _sizes(_shelves(root)).get(running.size, ()):
        known = _at(root, name)
        if known and (is_shell(name, argv) or is_interpreter(name)) and _is_copy(running, known):
            return None if running.is_same(known) and is_steady(path) else name
    return None


def _is_copy(running: Content, known: Content) -> bool:
    return running.is_same(known) or digest(running, "sha256") == digest(known, "sha256")


def _shelves(root: Root) -> _Shelves:
    found = ((folder, _status(f"{root.door}{folder}")) for folder in _FOLDERS)
    stamps = ((name, at.st_dev, at.st_ino, at.st_mtime_ns) for name, at in found if at and stat.S_ISDIR(at.st_mode))
    namespace = os.stat(f"{root.process}/ns/mnt").st_ino  # noqa: PTH116 - called for each process
    return _Shelves(namespace, tuple(stamps), root)


@lru_cache(_ROOTS)
def _sizes(shelves: _Shelves) -> Mapping[int, list[str]]:
    """Return the paths of the shells and interpreters of a root, by their size. Raises OSError: its process is gone."""
    sizes: dict[int, list[str]] = {}
    for folder, *_ in shelves.stamps:
        for name in _NAMES:
            if known := _at(shelves.root, f"{folder}/{name}"):
                sizes.setdefault(known.size, []).append(f"{folder}/{name}")
    os.stat(shelves.root.door)  # noqa: PTH116 - what was not found because there was no root any more is not remembered
    return sizes


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
