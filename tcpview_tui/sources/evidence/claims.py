"""What a process says that it is, by the first of its arguments, held against the file that it runs."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Claim, Unread
from tcpview_tui.findings.programs import base
from tcpview_tui.sources.evidence.asking import ask, content
from tcpview_tui.sources.evidence.executable import file_of
from tcpview_tui.sources.evidence.roots import root_of

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Executable, File, Reading


def claim(process: str, executable: Reading[Executable | None], first: bytes) -> Reading[Claim]:
    """Return what lies at the path in `first`, the first argument as the process has it.

    Some programs join all of their arguments in that one: then its first word counts.
    """
    if executable is None or isinstance(executable, Unread):
        return executable or Claim.NONE
    if isinstance(executable.file, Unread):
        return executable.file
    whole = os.fsdecode(first).removeprefix("-")
    word = whole.partition(" ")[0]
    if executable.path in (whole, word) or word.startswith("/proc/"):
        return Claim.NONE
    look = partial(_claimed, process, executable.path, executable.file)
    if not word.startswith("/"):
        # A bare name may be that of a link beside the executable, as mysqld is of mariadbd.
        beside = f"{executable.path.rpartition('/')[0]}/{word}"
        is_link = word and "/" not in word and word != base(executable.path) and look(beside) is Claim.SAME
        return Claim.SAME if is_link else Claim.NONE
    found = look(whole)
    return look(word) if found is Claim.MISSING else found


def _claimed(process: str, own: str, file: File, named: str) -> Reading[Claim]:
    return ask(partial(_compared, process, own, file, named), named)


def _compared(process: str, own: str, file: File, named: str) -> Claim:
    root = root_of(process)
    path = root.resolve(named)
    if root.inside(path) == own:  # also when another file is there by now, or none
        return Claim.SAME
    try:
        found = file_of(os.stat(path))  # noqa: PTH116 - called for each process
    except (FileNotFoundError, NotADirectoryError):
        return Claim.MISSING
    if found.is_same(file):
        return Claim.SAME
    return Claim.SCRIPT if _is_script(path) else Claim.OTHER


def _is_script(path: str) -> bool:
    """Whether the file begins as execve(2) asks of an interpreter script; not for a device or pipe, which may wait."""
    return os.path.isfile(path) and content(path, 2) == b"#!"  # noqa: PTH113 - as above
