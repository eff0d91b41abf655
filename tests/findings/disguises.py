"""Programs whose file goes or is replaced, and shells that go by another name: played for real, as `scenario` asks."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.findings.packaged import PROGRAM, entering, install
from tests.findings.processes import SHM, copied, folder
from tests.findings.stage import HERE, NEAR, Play, Stage, talking

ADA = 1_000
"""The id of a user who is a person."""

LONG_AGO = 1_600_000_000.0
"""Seconds UTC, in September 2020."""


@contextmanager
def deleted(_: Stage) -> Iterator[None]:
    with folder(SHM, ".x") as place:
        program = copied("sleep", place / "worker")
        with talking(str(program), "600"):
            program.unlink()
            yield


@contextmanager
def replaced(_: Stage) -> Iterator[None]:
    with folder(Path("/usr/local"), "sbin") as place:
        program = copied("sleep", place / "sshd")
        with talking(str(program), "600"):
            copied("cat", place / "new").replace(program)
            yield


@contextmanager
def rebuilt(_: Stage) -> Iterator[None]:
    with folder(Path("/home"), "shop/target/debug") as place:
        program = copied("sleep", place / "server")
        for each in (program, *program.parents[:4]):
            os.chown(each, ADA, ADA)
        with talking(str(program), "600", host=NEAR, user=ADA):
            program.unlink()
            os.chown(copied("cat", program), ADA, ADA)
            yield


@contextmanager
def rooted(
    prepare: Callable[[Path], object] = lambda _: None, program: str = PROGRAM, of: str = "sleep", **options: Any
) -> Iterator[Path]:
    """Run a program in a root of its own, whose package brought a copy of `of`, once `prepare` has changed it."""
    with folder(name="root") as root:
        install(root, 1, of)
        prepare(root)
        with talking(program, "600", preexec_fn=entering(root), **options):
            yield root


def upgrading(to: Callable[[Path], object]) -> Play:
    """Run a program of a package in a root of its own, where the file is replaced by what `to` does."""

    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with rooted() as root:
            to(root)
            yield

    return play


def altered(more: bytes = b".") -> Play:
    """Run a program of a package that was written to before, and look closer at it."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        with rooted(lambda root: _append(root / PROGRAM[1:], more)):
            stage.examine()
            yield

    return play


@contextmanager
def altered_and_preloading(_: Stage) -> Iterator[None]:
    """Run such a one that is suspicious by itself, so that nobody has to look closer."""
    preloading: dict[str, Any] = {"env": {"LD_PRELOAD": "/no/such.so"}, "stderr": subprocess.DEVNULL}
    with rooted(lambda root: _append(root / PROGRAM[1:], b"."), **preloading):
        yield


@contextmanager
def brought_along(_: Stage) -> Iterator[None]:
    """Run a program that lies beside those of packages, and is of none."""
    with rooted(lambda root: copied("sleep", root / "usr/sbin/helper"), "/usr/sbin/helper", "cat"):
        yield


def known_by_hash(more: bytes = b"") -> Play:
    """Run a program that a list names by its SHA-256, or one that has `more` bytes than that."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        with folder() as place:
            program = copied("sleep", place / "worker")
            _append(program, b".")
            stage.plant(f"{hashlib.sha256(program.read_bytes()).hexdigest()}\n")
            stage.clock.advance(61)  # the lists are looked at once a minute
            _append(program, more)
            with talking(str(program), "600"):
                yield

    return play


@contextmanager
def put_back(_: Stage) -> Iterator[None]:
    """Run another program by the name of one of a package that came long ago, which then has its place again."""

    def take_away(root: Path) -> None:
        os.utime(root / "var/lib/dpkg/info/worker.list", (LONG_AGO, LONG_AGO))
        (root / PROGRAM[1:]).rename(root / "tmp/kept")
        copied("sleep", root / PROGRAM[1:])

    with rooted(take_away) as root:
        (root / "tmp/kept").replace(root / PROGRAM[1:])
        yield


def disguised(more: bytes = b"") -> Play:
    """Run a copy of a shell under another name, with some bytes appended."""

    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with folder() as place:
            shell = copied("bash", place / ".kworkerd")
            _append(shell, more)
            with talking(str(shell), host=HERE, stdio=True):
                yield

    return play


@contextmanager
def superserver(_: Stage) -> Iterator[None]:
    with talking("cat", host=NEAR, stdio=True):
        yield


def _append(program: Path, more: bytes) -> None:
    with program.open("ab") as file:
        file.write(more)
