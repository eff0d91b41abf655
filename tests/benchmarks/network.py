"""A network namespace for a benchmark alone, so that it disturbs nobody and finds every port free (Linux, root)."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys

_MARK = "TCPVIEW_BENCHMARK_NETWORK"
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
"""netdevice(7)."""

_IFREQ = struct.Struct("16sh22x")


def is_own() -> bool:
    return _MARK in os.environ


_ALONE = ("--pid", "--fork", "--kill-child", "--mount-proc")
"""unshare(1): the processes of others, and with them their network namespaces, are not seen."""


def own_network(module: str, *arguments: str, alone: bool = False) -> None:
    """Begin again, in a namespace where only this benchmark is. Without the right to one, go on where we are.

    `alone`: its processes have a namespace, too, and all of them end with it. The kernel's events then tell pids that
    this namespace does not know.
    """
    if is_own():
        _loopback_up()
        return
    unshare = shutil.which("unshare")
    if not unshare or os.geteuid() or subprocess.run([unshare, "-n", "true"], capture_output=True).returncode:
        return
    argv = [unshare, "-n", *(_ALONE if alone else ()), sys.executable, "-m", module, *arguments]
    os.execve(unshare, argv, {**os.environ, _MARK: "1"})


def _loopback_up() -> None:
    import fcntl  # Windows has none

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, _IFREQ.pack(b"lo", _IFF_UP))
