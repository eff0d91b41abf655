"""Programs whose file goes or is replaced, and shells that go by another name: played for real, as `scenario` asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.findings.packaged import PROGRAM, entering, install
from tests.findings.processes import SHM, copied, folder
from tests.findings.stage import HERE, NEAR, Stage, talking

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


def upgrading(to: Callable[[Path], object]) -> Callable[[Stage], AbstractContextManager[None]]:
    """Run a program of a package in a root of its own, where the file is replaced by what `to` does."""

    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with folder(name="root") as root:
            install(root, 1, "sleep")
            with talking(PROGRAM, "600", preexec_fn=entering(root)):
                to(root)
                yield

    return play


@contextmanager
def put_back(_: Stage) -> Iterator[None]:
    """Run another program by the name of one of a package that came long ago, which then has its place again."""
    with folder(name="root") as root:
        install(root, 1, "sleep")
        os.utime(root / "var/lib/dpkg/info/worker.list", (LONG_AGO, LONG_AGO))
        program, kept = root / PROGRAM[1:], root / "tmp/kept"
        program.rename(kept)
        copied("sleep", program)
        with talking(PROGRAM, "600", preexec_fn=entering(root)):
            kept.replace(program)
            yield


def disguised(more: bytes = b"") -> Callable[[Stage], AbstractContextManager[None]]:
    """Run a copy of a shell under another name, with some bytes appended."""

    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with folder() as place:
            shell = copied("bash", place / ".kworkerd")
            with shell.open("ab") as file:
                file.write(more)
            with talking(str(shell), host=HERE, stdio=True):
                yield

    return play


@contextmanager
def superserver(_: Stage) -> Iterator[None]:
    with talking("cat", host=NEAR, stdio=True):
        yield
