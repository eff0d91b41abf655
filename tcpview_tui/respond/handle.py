"""A process held so that a signal reaches it and nobody else, as safely as the system allows."""

from __future__ import annotations

import errno
import os
import select
import signal as signals

import psutil

_NO_PIDFD = (errno.ENOSYS, errno.EPERM, errno.EMFILE, errno.ENFILE)
"""Old kernel, a seccomp filter, no descriptor left: the target may be there all the same."""


class PidfdHandle:
    """A process held by a pidfd: its pid may be used again, this still means the same process."""

    def __init__(self, pid: int) -> None:
        """Raise ProcessLookupError when there is no such process, OSError when there are no pidfds to be had."""
        self._fd = os.pidfd_open(pid)

    def send(self, name: str) -> None:
        """Send the signal ``SIG<name>``; see pidfd_send_signal(2) for the errors."""
        signals.pidfd_send_signal(self._fd, getattr(signals, f"SIG{name}"))

    def ended(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds; true when every thread has ended, collected by the parent or not."""
        poller = select.poll()
        poller.register(self._fd, select.POLLIN)
        return bool(poller.poll(timeout * 1000))

    def close(self) -> None:
        """Close the descriptor."""
        os.close(self._fd)


class PidHandle:
    """A process known by pid and start time only, for systems without pidfds."""

    def __init__(self, pid: int) -> None:
        """Raise psutil.NoSuchProcess when there is no such process."""
        self._process = psutil.Process(pid)

    def send(self, name: str) -> None:
        """Send the signal ``SIG<name>``, unless the pid has passed to another process since this was made."""
        if os.name == "nt":
            self._process.kill()
        else:
            self._process.send_signal(getattr(signals, f"SIG{name}"))

    def ended(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds; true when the process has ended, collected by its parent or not."""
        try:
            self._process.wait(timeout)
            return True
        except psutil.TimeoutExpired:
            return not self._process.is_running() or self._process.status() == psutil.STATUS_ZOMBIE

    def close(self) -> None:
        """Nothing to let go of."""


Handle = PidfdHandle | PidHandle
"""One process, held. `send` and `ended` raise OSError or psutil.Error."""


def hold(pid: int) -> Handle:
    """Return the safest handle on `pid` that the system offers. Raises OSError or psutil.Error."""
    if hasattr(os, "pidfd_open"):
        try:
            return PidfdHandle(pid)
        except OSError as error:
            if error.errno not in _NO_PIDFD:
                raise
    return PidHandle(pid)
