"""The names under which a package may list one file: since ``/bin`` is ``/usr/bin``, there are two and more."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from tcpview_tui.sources.rooted import resolve

if TYPE_CHECKING:
    from pathlib import Path

MERGED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr/sbin", "/usr/lib64")
"""What became a link to another directory of programs: file-hierarchy(7); Debian's usrmerge; Fedora 42."""

_ASIDE = re.compile(r"(?:\.dpkg-(?:tmp|new)|;[0-9a-f]{8}|\.#prelink#\.\w{6})\Z")
"""What dpkg, rpm and prelink append to a file that they are about to replace."""


def final(name: str) -> str:
    """Return the name that a package manager has, or will have, a file under that it is about to replace."""
    return _ASIDE.sub("", name)


def names(root: Path, executable: str) -> tuple[str, ...]:
    """Return `executable` and what else leads to it below `root`; a directory that is no link there adds nothing."""
    places = {link: place for link in MERGED if (place := _place(root, link)) != link}
    real = executable
    for link, place in places.items():
        if executable.startswith(f"{link}/"):
            real = place + executable.removeprefix(link)
    others = (link + real.removeprefix(place) for link, place in places.items() if real.startswith(f"{place}/"))
    return tuple(dict.fromkeys((executable, real, *others)))


def _place(root: Path, link: str) -> str:
    with suppress(OSError):
        return f"/{resolve(root, link).relative_to(root)}"
    return link
