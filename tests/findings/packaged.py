"""A machine of its own with a package that dpkg(1) has installed there, and upgrades."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.findings.processes import copied
from tests.sources.packages.databases import with_program, write

PROGRAM = "/usr/sbin/worker"
_CONTROL = """Package: worker
Version: {}
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: a program that waits
"""


def install(root: Path, version: int, program: str) -> None:
    """Build a package with a copy of a program in it, and have dpkg install it below a root, or upgrade it there."""
    tree, package = root / "tmp" / str(version), root / "tmp" / f"{version}.deb"
    (root / "var/lib/dpkg").mkdir(parents=True, exist_ok=True)
    write(tree, "DEBIAN/control", _CONTROL.format(version))
    copied(program, write(tree, PROGRAM)).chmod(0o755)
    for command in (("dpkg-deb", "--build", "-Znone", tree, package), ("dpkg", f"--root={root}", "-i", package)):
        subprocess.run(command, check=True, capture_output=True)


def swapped(program: str, root: Path) -> None:
    """Put a copy of a program in the place of that of the package, behind the back of dpkg."""
    copied(program, root / "tmp/new").replace(root / PROGRAM[1:])


def entering(root: Path) -> Callable[[], None]:
    """Give a root the libraries that programs need, and return what a process calls to have it."""
    with_program(root, "/usr/bin/cat", b"")
    return lambda: os.chroot(root)
