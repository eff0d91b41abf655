"""The machine that is recorded, by which program, by whose clocks; and what its recordings are called."""

from __future__ import annotations

import os
import platform
import socket
import time
from collections.abc import Iterator, Mapping
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui import __version__
from tcpview_tui.record.timestamp import timestamp
from tcpview_tui.text import safe, safe_bytes

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""A number that the kernel draws at each start (random(4)): monotonic times of one boot can be compared."""


def host_name() -> str:
    """Return the name of this machine."""
    return safe(socket.gethostname())


def file_prefix() -> str:
    """Return the name of this machine with nothing that a file name or a pattern of names gives a meaning to."""
    return "".join(each if each.isalnum() or each in "-." else "_" for each in host_name()) or "host"


def file_name(clock: Clock) -> str:
    """Return the name of a recording that begins now: ``HOST-START.tcpview``, the start in UTC."""
    return f"{file_prefix()}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(clock.wall()))}.tcpview"


def free_name(folder: Path, clock: Clock) -> Path:
    """Return a file in `folder` with that name, or with a number behind it when several begin in one second."""
    name = Path(file_name(clock))
    numbered = (name.with_stem(f"{name.stem}-{number}") for number in count(2))
    return next(path for each in chain([name], numbered) if not os.path.lexists(path := folder / each))


def facts(clock: Clock, source: str, options: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Return names and values, of `facts.FACTS`, for a recording that begins now."""
    wall, monotonic = clock.wall(), clock.monotonic()
    yield "host", host_name()
    yield "boot_id", _boot_id()
    yield "kernel", safe(f"{platform.system()} {platform.release()} {platform.machine()}")
    yield "program", f"tcpview-tui {__version__}"
    yield "source", source
    yield "user", str(os.geteuid()) if hasattr(os, "geteuid") else ""
    yield "options", msgspec.json.encode(dict(options), enc_hook=str).decode()
    yield "time_zone", safe(time.strftime("%Z %z", time.localtime(wall)))
    yield "started", timestamp(wall)
    yield "monotonic", f"{monotonic:.3f}"


def _boot_id() -> str:
    try:
        return safe_bytes(BOOT_ID.read_bytes().strip())
    except OSError:
        return ""
