"""What an image without dpkg knows of its packages: a paragraph and sums of each.

The images of GoogleContainerTools/distroless keep them so.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tcpview_tui.sources.packages.answers import Owner
from tcpview_tui.sources.packages.dpkg import LARGEST, checksum, version
from tcpview_tui.sources.packages.names import names
from tcpview_tui.sources.rooted import content, folder, resolve
from tcpview_tui.text import safe_bytes

if TYPE_CHECKING:
    from pathlib import Path

STATUS = "var/lib/dpkg/status.d"

MOST = 4_096
"""Packages of one image that are read; the largest has some dozen."""


def owner(root: Path, executable: str) -> Owner | None:
    """Return the package whose sums name `executable`, if one does; raises OSError, and ValueError without sums."""
    listed = names(root, executable)
    with folder(resolve(root, STATUS)) as status:
        sums = [name for name in os.listdir(status) if name.endswith(".md5sums")]  # noqa: PTH208 - a handle
        if not 0 < len(sums) <= MOST:
            raise ValueError("the image keeps no list of files" if not sums else f"it has more than {MOST} packages")
        for name in sums:
            if found := checksum(content(name, LARGEST, status), listed):
                package = name.removesuffix(".md5sums")
                return Owner(safe_bytes(os.fsencode(package), 255), "dpkg", _version(status, package), found)
    return None


def _version(status: int, package: str) -> str | None:
    try:
        return version(content(package, LARGEST, status))
    except (OSError, ValueError):  # who owns it is known without
        return None
