"""What tests of tracing share: when they can run, and a program that makes short connections."""

from __future__ import annotations

import os
import sys

import pytest

from tcpview_tui.sources import tracefs


def _why_not() -> str | None:
    if sys.platform != "linux":
        return "tracefs is Linux"
    if os.geteuid():
        return "needs root, for tracefs"
    try:
        os.close(tracefs.open_root())
    except OSError as error:
        return f"needs tracefs: {error}"
    return None


REASON = _why_not()
traced = pytest.mark.skipif(REASON is not None, reason=str(REASON))


def instances() -> list[str]:
    """The names of all instances on the machine, those of others too."""
    root = tracefs.open_root()
    folder = os.open("instances", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root)
    try:
        return os.listdir(folder)  # noqa: PTH208 - a descriptor has no path
    finally:
        os.close(folder)
        os.close(root)


CONNECTS = """
import socket, sys, time
address, port, times, lasts = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
print(0, flush=True)
for _ in range(times):
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as client:
        client.connect_ex((address, port))
        time.sleep(lasts)
"""
