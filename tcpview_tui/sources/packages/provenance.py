"""Where the program of a process comes from: its package, and whether it is as that brought it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.model.process import DELETED
from tcpview_tui.sources.evidence.successor import agrees
from tcpview_tui.sources.packages.answers import Owner, Ownership, why
from tcpview_tui.sources.packages.digest import Digests
from tcpview_tui.sources.packages.names import final
from tcpview_tui.sources.packages.owner import Packages
from tcpview_tui.text import safe

MEMORY = "/memfd:"
"""How the kernel calls a file that is in memory alone: memfd_create(2)."""

_OUTSIDE = Unread("It left its root directory after it had started.")


class Provenance(NamedTuple):
    """Where a program comes from; `executable` has passed `text.safe`, and is a path below the root of its process.

    `intact` tells whether it agrees with its package; `None` as long as nobody compared it.
    """

    executable: str
    owner: Ownership
    intact: bool | Unread | None = None


class Provenances:
    """Tells where programs come from, each read once. For one worker thread: a first question takes some 20 ms."""

    def __init__(self, proc: Path = Path("/proc"), packages: Packages | None = None) -> None:
        self._proc = proc
        self._packages = packages or Packages()
        self._digests = Digests()

    def of(self, pid: int, compare: bool = False, cancelled: Callable[[], bool] = lambda: False) -> Provenance:
        """Return where the program of a process comes from; compared with its package only on demand. Never raises.

        Comparing reads the whole program, a second for 256 MB. Who asks makes sure that it is still that process.
        """
        process = self._proc / str(pid)
        try:
            root, executable = _place(process)
        except OSError as error:
            return Provenance("", Unread(f"The system does not tell which file it runs: {why(error)}."))
        if executable.startswith(MEMORY):
            return Provenance(safe(executable), Unread("It runs from memory, from no file of a package."))
        if root is None:
            return Provenance(safe(executable), _OUTSIDE)
        owner = self._packages.owner(root, executable)
        found = Provenance(safe(executable), owner)
        if compare and isinstance(owner, Owner):
            intact = self._digests.agrees(owner, root, executable, process / "exe", cancelled)
            return found._replace(intact=intact)
        return found

    def successor(self, pid: int) -> Provenance:
        """Return where the file comes from that has the name of a process's deleted program now. Never raises.

        It is compared with its package. What a package manager had put aside is asked for by its proper name.
        """
        try:
            root, executable = _place(self._proc / str(pid))
        except OSError as error:
            return Provenance("", Unread(f"The system does not tell which file it runs: {why(error)}."))
        executable = final(executable)
        if root is None:
            return Provenance(safe(executable), _OUTSIDE)
        owner = self._packages.owner(root, executable)
        return Provenance(safe(executable), owner, agrees(pid, owner) if isinstance(owner, Owner) else None)


def _place(process: Path) -> tuple[Path | None, str]:
    """Return the root of a process, and the path of its program below it.

    The kernel tells the path from the root of its mount namespace, also to and of a process that is below another
    (d_path, fs/d_path.c). A daemon that locked itself up after its start runs a file outside: there is no root then,
    unless the mount namespace is that of this program.
    """
    executable = os.readlink(process / "exe")  # noqa: PTH115 - a path would be normalised
    jail = os.readlink(process / "root").rstrip("/")  # noqa: PTH115 - as above
    if not jail:
        return process / "root", _without_mark(process, process / "root", executable)
    if executable.startswith(f"{jail}/"):
        return process / "root", _without_mark(process, process / "root", executable.removeprefix(jail))
    same = os.path.samestat((process / "ns/mnt").stat(), (process.parent / "self/ns/mnt").stat())
    return (Path("/"), _without_mark(process, Path("/"), executable)) if same else (None, executable)


def _without_mark(process: Path, root: Path, executable: str) -> str:
    """Cut off the kernel's mark, but not a name that somebody ended with the same words."""
    if not executable.endswith(DELETED):
        return executable
    try:
        literal = os.path.samestat((process / "exe").stat(), root.joinpath(executable[1:]).lstat())
    except OSError:
        literal = False
    return executable if literal else executable.removesuffix(DELETED)
