"""A tracefs instance of this program's own, which reports the state changes of TCP sockets (Linux, root).

An instance has its own buffer and switches, so that no other user of tracing is disturbed, and none is needed.
"""

from __future__ import annotations

import atexit
import os
import re
from contextlib import suppress

from tcpview_tui.sources import procfd, tracefs
from tcpview_tui.sources.trace_line import EVENT

_LEFTOVER = re.compile(r"tcpview-tui-(\d{1,10})-(\d{1,20})")
"""The name of an instance: the process that made it and the tick of its start, which tell whether it still lives."""

_FILTER = "protocol == 6 && dport != 0 && newstate != 5 && newstate != 6 && newstate != 8"
"""TCP (IPPROTO_TCP) without listeners; FIN_WAIT2, TIME_WAIT and CLOSE_WAIT are left out, as nobody asks for them."""

_SETTINGS = {
    "trace_clock": "mono",
    "options/context-info": "1",
    "options/irq-info": "1",
    "options/record-cmd": "1",
    "options/record-tgid": "1",
    "options/latency-format": "0",
    "options/verbose": "0",
    "options/fields": "0",
    "options/raw": "0",
    "options/hex": "0",
    "options/bin": "0",
    "options/block": "0",
    "buffer_percent": "0",
    f"events/sock/{EVENT}/filter": _FILTER,
    f"events/sock/{EVENT}/enable": "1",
}
"""What is written to an instance, in order; it takes over the options of the machine, which others may have changed.

`buffer_percent` 0 wakes the reader at the first one."""

_BUFFERS_KB, _LEAST_KB, _MOST_KB = 16_384, 256, 2_048
"""KB of kernel memory for all processors, and for one, at least and at most; 2 MB are about 15,000 changes."""

_OPTIONAL = ("options/", "buffer_percent")
"""Settings that older kernels lack; what they stand against does not exist there either."""


class Instance:
    """An open instance and its pipe.

    Closing it, or the end of the program, removes it; what a killed program left, the next start does.
    """

    def __init__(self) -> None:
        """Make the instance and switch it on, after leftovers of killed runs are gone.

        Raises OSError, with what was tried: not root, no tracefs, no such tracepoint, or kernel lockdown.
        """
        self._name = f"instances/{own_name()}"
        self._root = tracefs.open_root()
        self._pipe = -1
        self._is_made = False
        atexit.register(self.close)
        try:
            _sweep(self._root)
            os.mkdir(self._name, dir_fd=self._root)
            self._is_made = True
            self._set("buffer_size_kb", str(buffer_kb(os.cpu_count() or 1)))
            for name, value in _SETTINGS.items():
                self._set(name, value)
            self._pipe = self._open("trace_pipe", os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            self.close()
            raise OSError(error.errno, f"the kernel refused to trace TCP ({error.strerror})", error.filename) from error

    def fileno(self) -> int:
        """Return the descriptor of the pipe, which can be waited for."""
        return self._pipe

    def read(self) -> bytes:
        """Return the text that is there, about 8 KB at most; empty when there is none. Does not wait."""
        try:
            return os.read(self._pipe, 65_536)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        """Remove the instance, which switches it off. Does nothing the second time. Never raises."""
        atexit.unregister(self.close)
        pipe, self._pipe = self._pipe, -1  # first: a reader that is late must not find the number of another file
        if pipe >= 0:
            os.close(pipe)
        if self._is_made:
            _remove(self._root, self._name)
        if self._root >= 0:
            os.close(self._root)
        self._root = -1
        self._is_made = False

    def _open(self, name: str, flags: int) -> int:
        return os.open(f"{self._name}/{name}", flags | os.O_CLOEXEC, dir_fd=self._root)

    def _set(self, name: str, value: str) -> None:
        try:
            file = self._open(name, os.O_WRONLY)
        except FileNotFoundError:
            if name.startswith(_OPTIONAL):
                return
            raise
        try:
            os.write(file, value.encode("ascii"))
        finally:
            os.close(file)


def buffer_kb(processors: int) -> int:
    """Return the size in KB of the buffer of one of so many processors."""
    return max(_LEAST_KB, min(_MOST_KB, _BUFFERS_KB // processors))


def own_name() -> str:
    """Return the name of this process's instance."""
    return f"tcpview-tui-{os.getpid()}-{procfd.start_time('/proc/self').decode()}"


def _names(root: int) -> list[str]:
    folder = os.open("instances", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=root)
    try:
        return os.listdir(folder)  # noqa: PTH208 - a descriptor has no path
    finally:
        os.close(folder)


def _sweep(root: int) -> None:
    for name in _names(root):
        made = _LEFTOVER.fullmatch(name)
        if made and procfd.start_time(f"/proc/{made[1]}") != made[2].encode():
            _remove(root, f"instances/{name}")


def _remove(root: int, name: str) -> None:
    # The kernel switches the events off itself, and refuses (EBUSY) while somebody reads the pipe: a run in
    # another process namespace, whose process cannot be found from here, stays as it is.
    with suppress(OSError):
        os.rmdir(name, dir_fd=root)
