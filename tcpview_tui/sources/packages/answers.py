"""What a package database answers about a file."""

from __future__ import annotations

import hashlib
import math
import re
from typing import NamedTuple

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.text import safe


class Checksum(NamedTuple):
    """What the content of a file was when its package was built: `algorithm` as hashlib names it, `digest` in hex."""

    algorithm: str
    digest: str


def checksum(algorithm: str, digest: str) -> Checksum | None:
    """Return a checksum; `None` for a digest that is none of this algorithm: a damaged one proves nothing."""
    size = hashlib.new(algorithm, usedforsecurity=False).digest_size
    return Checksum(algorithm, digest) if re.fullmatch(f"[0-9a-f]{{{2 * size}}}", digest) else None


class Owner(NamedTuple):
    """The package that brought a file; its texts have passed `text.safe`.

    `checksum` is `None` where the package manager keeps none: of configuration files, and in old packages.
    `installed` is when this version was, in seconds UTC; `None` where the manager does not tell (apk).
    """

    name: str
    manager: str
    version: str | None = None
    checksum: Checksum | None = None
    installed: float | None = None

    @property
    def label(self) -> str:
        """The package in words: ``coreutils 9.1-1 (dpkg)``."""
        return " ".join(filter(None, (self.name, self.version, f"({self.manager})")))

    def came_after(self, started: float | None) -> bool:
        """Whether it may have come while a process ran that started then, seconds UTC: rpm tells whole seconds."""
        return self.installed is None or started is None or self.installed >= math.floor(started)


class NotOwned(NamedTuple):
    """Every package database that is there was asked, those of `managers`, and none knows the file."""

    managers: tuple[str, ...]


Ownership = Owner | NotOwned | Unread


def why(error: Exception) -> str:
    """Return in a few words why something could not be read."""
    if isinstance(error, PermissionError):
        return "not permitted"
    return safe(getattr(error, "strerror", None) or str(error), 255)
