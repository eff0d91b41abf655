"""Paths as a process sees them: below its own root, which in a container or after chroot(2) is not this program's."""

from __future__ import annotations

import errno
import os
from typing import NamedTuple

from tcpview_tui.sources.evidence.asking import link

_HOPS = 40
"""Symbolic links followed in one path (MAXSYMLINKS, include/linux/namei.h)."""


class Root(NamedTuple):
    """The root of the process with the directory `process` in /proc, and where that lies in its mount namespace.

    `place` ends with a slash.
    """

    process: str
    place: str

    @property
    def door(self) -> str:
        """The way in."""
        return f"{self.process}/root"

    def outside(self, path: str) -> str:
        """Return how this program reaches a file that the kernel names in a link of /proc/PID.

        The kernel counts such a path from the top of the mount namespace. A program may have left its own file behind
        when it called chroot: that is looked for from here. Raises OSError where that is another namespace.
        """
        if path.startswith(self.place):
            return f"{self.door}/{path[len(self.place) :]}"
        if link(f"{self.process}/ns/mnt") != link("/proc/self/ns/mnt"):
            raise OSError(errno.EXDEV, "it lies outside its root, in another mount namespace")
        return path

    def resolve(self, path: str) -> str:
        """Return how this program reaches a file that the process names, all symbolic links followed in its own root.

        The system would follow those that begin at the root in this program's. Raises OSError for a circle.
        """
        waiting, at, hops = path.split("/")[::-1], "", 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                at = at.rpartition("/")[0]
                continue
            target = _target(f"{self.door}{at}/{part}")
            if target is None:
                at = f"{at}/{part}"
                continue
            hops += 1
            if hops > _HOPS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            at = "" if target.startswith("/") else at
            waiting += target.split("/")[::-1]
        return f"{self.door}{at}"


def root_of(process: str) -> Root:
    """Return the root of the process with this directory in /proc. Raises OSError."""
    place = link(f"{process}/root")
    return Root(process, place if place.endswith("/") else f"{place}/")


def _target(path: str) -> str | None:
    try:
        return link(path)
    except OSError:
        return None
