"""What is new here, since a mark or to a baseline that a stage has learned; played for real, as `scenario` asks."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.findings.packaged import PROGRAM, entering, install
from tests.findings.processes import copied, folder
from tests.findings.stage import FAR, NEAR, Play, Stage, calling, talking

DAY = 86_400.0
DAYS = 15
"""More than it takes for hours to be known (`findings.baseline.unusual.REGULAR`)."""


def learned(before: Play, then: Play) -> Play:
    """Do one thing, which is learned, and then the other."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        with before(stage):
            stage.learn()
        with then(stage):
            yield

    return play


def marked(then: Play) -> Play:
    """Press "mark now", and do it."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        stage.mark()
        with then(stage):
            yield

    return play


def connected(host: str = FAR) -> Play:
    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with talking("sleep", "600", host=host):
            yield

    return play


def serving(port: int, address: str = "0.0.0.0") -> Play:
    """Run a program of a package that listens there and is connected, as sshd is."""

    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with socket.create_server((address, port)) as listener, talking("sleep", "600", also=(listener.fileno(),)):
            listener.close()
            yield

    return play


@contextmanager
def stranger(_: Stage) -> Iterator[None]:
    with folder() as place, talking(str(copied("sleep", place / "worker")), "600"):
        yield


@contextmanager
def exchanged(stage: Stage) -> Iterator[None]:
    """Learn a program that no package manages, and run another one by its name."""
    with folder() as place:
        program = copied("sleep", place / "worker")
        with talking(str(program), "600"):
            stage.learn()
        with program.open("ab") as file:
            file.write(b".")
        with talking(str(program), "600"):
            yield


def renewed(to: Callable[[Path], object]) -> Play:
    """Learn a program of a package, and run what `to` has put in its place."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        with folder(name="root") as root:
            install(root, 1, "sleep")
            with talking(PROGRAM, "600", preexec_fn=entering(root)):
                stage.learn()
            to(root)
            with talking(PROGRAM, "-", preexec_fn=entering(root)):
                yield

    return play


def daily(later: float) -> Play:
    """Connect, and learn it, at one hour of many days; and once so many hours `later`."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        with socket.create_server((NEAR, 443), backlog=DAYS + 1), calling(NEAR) as caller:
            for _ in range(DAYS):
                caller.call(f"{NEAR}:443")
                stage.learn()
                caller.call("close")
                stage.look(DAY - 1)
            stage.clock.advance(later * 3600)
            caller.call(f"{NEAR}:443")
            yield

    return play
