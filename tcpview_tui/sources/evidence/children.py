"""The shells that a process has started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Child, Unread
from tcpview_tui.findings.programs import base, is_shell
from tcpview_tui.model.process import DELETED
from tcpview_tui.sources.evidence.arguments import arguments
from tcpview_tui.sources.evidence.asking import ask, content, link
from tcpview_tui.sources.evidence.copies import original
from tcpview_tui.sources.evidence.streams import streams
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading, Streams

_UNTOLD = Unread("this kernel does not tell the children of a process (it is built without CONFIG_PROC_CHILDREN)")


def shells(process: str) -> Reading[tuple[Child, ...]]:
    """Return the children that are shells of the process with this directory in /proc.

    A child belongs to the thread that started it, so each thread is asked (proc_tid_children(5)).
    """
    if not os.path.exists("/proc/thread-self/children"):  # noqa: PTH110 - called for each process
        return _UNTOLD
    return ask(lambda: tuple(filter(None, map(shell, children(process)))), f"{process}/task")


def children(process: str) -> Iterator[int]:
    """Yield the children of the process with this directory in /proc, of each thread those first started first."""
    try:
        threads = os.listdir(f"{process}/task")  # noqa: PTH208 - called for each process
    except (FileNotFoundError, ProcessLookupError):
        return
    for thread in threads:
        try:
            yield from map(int, content(f"{process}/task/{thread}/children").split())
        except (FileNotFoundError, ProcessLookupError):
            continue


def shell(pid: int, *, is_joined: bool = False) -> Child | None:
    """Return a process that is a shell; one in disguise only if its streams lead on, or `is_joined` says so already."""
    folder = f"/proc/{pid}"
    try:
        program = _program(folder)
        argv, _ = arguments(folder)
    except (FileNotFoundError, ProcessLookupError):
        return None
    if not argv:  # it is in the middle of exec: a shell without arguments would be taken for one that a person uses
        return None
    program = program or argv[0].removeprefix("-")
    name, standard = safe(base(program)), streams(folder)
    if is_shell(program, argv):
        return Child(pid, name, argv, standard)
    copied = original(folder, program, argv) if is_joined or _leads_on(standard) else None
    return Child(pid, name, argv, standard, copied) if isinstance(copied, str) and is_shell(copied, argv) else None


def _leads_on(standard: Reading[Streams]) -> bool:
    """Whether it hears and answers another process: only then may it be a shell in disguise that matters."""
    if isinstance(standard, Unread):
        return False
    takes, *gives = (stream is not None and bool(stream.passage) for stream in standard)
    return takes and any(gives)


def _program(folder: str) -> str:
    """Return the executable; empty where that is refused: then what the process says it is must do."""
    try:
        return link(f"{folder}/exe").removesuffix(DELETED)
    except PermissionError:
        return ""
