"""Paths as a process sees them: below its own root, which in a container or after chroot(2) is not this program's."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import NamedTuple

from tcpview_tui.sources.evidence.asking import link
from tcpview_tui.sources.rooted import resolve


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

    def inside(self, path: str) -> str:
        """Return how the kernel names a file, in a link of /proc/PID, that this program reaches at `path` by `door`."""
        return f"{self.place}{path[len(self.door) :].lstrip('/')}"

    def resolve(self, path: str) -> str:
        """Return how this program reaches a file that the process names, whether it is there or not.

        All symbolic links are followed in its own root: the system would follow those that begin at the root in this
        program's. Raises OSError for a circle, and for a directory that may not be looked into.
        """
        return str(resolve(Path(self.door), path, may_lack=True))


def root_of(process: str) -> Root:
    """Return the root of the process with this directory in /proc. Raises OSError."""
    place = link(f"{process}/root")
    return Root(process, place if place.endswith("/") else f"{place}/")
