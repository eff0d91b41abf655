"""All that the rules about one process judge by, read at one moment."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Evidence, Executable, Unread
from tcpview_tui.findings.places import hidden, is_shared
from tcpview_tui.sources.evidence.arguments import arguments, loader
from tcpview_tui.sources.evidence.asking import ENDED, ask
from tcpview_tui.sources.evidence.children import shells
from tcpview_tui.sources.evidence.claims import claim
from tcpview_tui.sources.evidence.copies import original
from tcpview_tui.sources.evidence.executable import executable
from tcpview_tui.sources.evidence.pipeline import joined
from tcpview_tui.sources.evidence.streams import streams
from tcpview_tui.sources.proctable import read_entry, same_start

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Contact, Reading, Streams
    from tcpview_tui.model.process import Process
    from tcpview_tui.sources.proctable import Entry

_ELSEWHERE = Unread("these facts are read from /proc, which only Linux has")
_NAMELESS = Unread("the system does not tell when it started, so that nothing proves which process this is")
_STARTING = Unread("it was starting another program while it was read; the next look reads that")

_NO_IMAGE = "0 0 0"
"""Where the code of a process lies while exec has not placed it yet (load_elf_binary, fs/binfmt_elf.c): it has no
arguments then, either."""


def read(process: Process, contacts: tuple[Contact, ...] = ()) -> Reading[Evidence]:
    """Return what can be read of `process` now, about 0.2 ms of work. Never raises.

    Pid, start time and program are compared before and after: facts of another process, or of the program that this
    one was before exec, are never mixed in.
    """
    if sys.platform != "linux":
        return _ELSEWHERE
    if process.started is None:
        return _NAMELESS
    before = read_entry(process.pid)
    if before is None or not same_start(before.started, process.started):
        return ENDED
    found = _read(process, contacts, before)
    after = read_entry(process.pid)
    if after is None or not same_start(after.started, process.started):
        return ENDED
    return _STARTING if before.image != after.image or _is_starting(found, after) else found


def _is_starting(found: Evidence, entry: Entry) -> bool:
    return entry.image == _NO_IMAGE and found.executable is not None


def _read(process: Process, contacts: tuple[Contact, ...], entry: Entry) -> Evidence:
    folder = f"/proc/{process.pid}"
    told = ask(partial(arguments, folder), f"{folder}/cmdline")
    exe, standard = None if entry.kernel else executable(folder), streams(folder)
    if isinstance(exe, Executable) and _is_odd(exe, standard):
        exe = replace(exe, original=original(folder, exe.path, () if isinstance(told, Unread) else told[0]))
    return Evidence(
        process=process,
        contacts=contacts,
        kernel=entry.kernel,
        comm=entry.name,
        argv=told if isinstance(told, Unread) else told[0],
        uid=ask(lambda: os.stat(folder).st_uid, folder),  # noqa: PTH116 - called for each process
        executable=exe,
        claim=claim(folder, exe, b"" if isinstance(told, Unread) else told[1]),
        streams=standard,
        loader={} if exe is None else ask(partial(loader, folder), f"{folder}/environ"),
        shells=shells(folder) if contacts else (),
        joined=joined(folder, entry.parent) if contacts else (),
        files=ask(partial(_files, f"{folder}/fd"), f"{folder}/fd"),
    )


def _is_odd(exe: Executable, standard: Reading[Streams]) -> bool:
    """Whether the bytes of the program are worth a look: it lies where few do, is gone, or has a socket for a user."""
    if exe.deleted or is_shared(exe.path) or hidden(exe.path):
        return True
    led = () if isinstance(standard, Unread) else standard
    return any(stream and (stream.is_network or isinstance(stream.protocol, Unread)) for stream in led)


def _files(folder: str) -> int:
    # Since Linux 6.2 the size of the directory is their number (fs/proc/fd.c), told to everybody and at once.
    return os.stat(folder).st_size or len(os.listdir(folder))  # noqa: PTH116, PTH208 - as above
