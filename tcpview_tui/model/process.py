"""A process, as far as it is known."""

from __future__ import annotations

from dataclasses import dataclass

DELETED = " (deleted)"
"""What the kernel appends to the path of a program whose name is gone (d_path, fs/d_path.c); a name can end so, too."""


def label(name: str, pid: int) -> str:
    """Return how people read a process: ``curl (4242)``."""
    return f"{name or 'without name'} ({pid})"


@dataclass(frozen=True, slots=True)
class Ancestor:
    """One step of a parent chain."""

    pid: int
    name: str


@dataclass(frozen=True, slots=True)
class Process:
    """The facts of one process; `None` means unknown, never empty. All texts have passed `text.safe`.

    `started` is in seconds since 1970 UTC, as the system tells it. A pid is used again after its process
    ended; the pair of pid and start time is not. `container` names the engine first: ``docker:0123456789ab``,
    ``kubernetes:POD/CONTAINER``, ``lxc:web``; identifiers are cut to the length that the engine's own tools show.
    """

    pid: int
    started: float | None
    name: str
    user: str | None = None
    executable: str | None = None
    command_line: str | None = None
    service: str | None = None
    parents: tuple[Ancestor, ...] = ()
    container: str | None = None

    @property
    def label(self) -> str:
        """The process in words: ``curl (4242)``."""
        return label(self.name, self.pid)

    @property
    def program(self) -> str | None:
        """The path of its executable, without the mark of one that is gone: it is the same program as before."""
        return self.executable and self.executable.removesuffix(DELETED)

    @property
    def identity(self) -> tuple[int, float | None]:
        """The pid and the start time: what stays the same for one process and differs for the next."""
        return self.pid, self.started
