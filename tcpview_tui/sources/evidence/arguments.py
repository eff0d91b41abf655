"""What a process was told when it was started: its arguments, and its environment for the dynamic loader."""

from __future__ import annotations

from collections.abc import Mapping

from tcpview_tui.sources.evidence.asking import content
from tcpview_tui.text import safe_bytes

_READ = 65_536
"""Bytes read of the arguments: what an investigator is shown has long been cut by then."""

_LOADER = (b"LD_PRELOAD", b"LD_AUDIT", b"LD_LIBRARY_PATH")


def arguments(process: str) -> tuple[tuple[str, ...], bytes]:
    """Return the arguments, safe to show, and the first of them as it is. Raises OSError.

    A process can overwrite them, join all in one and erase them (proc_pid_cmdline(5)): the last leaves one that is
    empty. There is none at all for a thread of the kernel and in the middle of exec.
    """
    raw = content(f"{process}/cmdline", _READ)
    words = raw.rstrip(b"\0").split(b"\0") if raw else []
    return tuple(map(safe_bytes, words)), words[0] if words else b""


def loader(process: str) -> Mapping[str, str]:
    """Return the variables that tell the dynamic loader what to load (ld.so(8)). Raises OSError.

    The whole environment is read, so that nothing hides behind much of it; the kernel allows 6 MiB (execve(2)).
    """
    raw = content(f"{process}/environ")
    if b"LD_" not in raw:
        return {}
    pairs = (variable.partition(b"=") for variable in raw.split(b"\0"))
    return {name.decode(): safe_bytes(value) for name, _, value in pairs if name in _LOADER and value}
