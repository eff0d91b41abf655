"""What is mounted over processes in /proc, and whether /proc hides some by itself: proc_pid_mountinfo(5), proc(5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.text import safe_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def hidepid(proc: Path) -> str:
    """Return how the /proc mounted last hides processes, as its option says; empty when it hides none.

    Raises OSError, as the other functions do, where mounts cannot be read.
    """
    options = [tail.rpartition(b" ")[2].split(b",") for point, tail in _mounts(proc) if point == str(proc).encode()]
    values = dict(option.partition(b"=")[::2] for option in (options[-1] if options else ()))
    value = safe_bytes(values.get(b"hidepid", b""))
    return "" if value in ("0", "off") else value


def covers(proc: Path) -> dict[int, str]:
    """Return the processes whose directory something is mounted over, by pid, and what: ``tmpfs of none``."""
    folder = f"{proc}/".encode()
    mounted = ((point.removeprefix(folder), tail.split()) for point, tail in _mounts(proc) if point.startswith(folder))
    return {
        int(pid): f"{safe_bytes(filesystem)} of {safe_bytes(device)}"
        for pid, (filesystem, device, *_) in mounted
        if pid.isdigit()
    }


def _mounts(proc: Path) -> Iterator[tuple[bytes, bytes]]:
    """Return where each is mounted, in their order, and the fields behind the hyphen: type, device, options."""
    for line in (proc / "self/mountinfo").read_bytes().splitlines():
        head, _, tail = line.partition(b" - ")
        yield head.split()[4], tail
