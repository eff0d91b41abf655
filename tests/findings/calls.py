"""Programs that connect again and again: to many, to one, in vain, by the clock; played for real."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from tests.findings.stage import Play, Stage, calling


def bursting(host: str, port: int, number: int, backlog: int = 4096, ends: int = 200) -> Play:
    """Connect so often, in turn to that many `ends`, at one port.

    A `backlog` of 0 leaves all but one unanswered (listen(2)).
    """

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        with socket.create_server(("0.0.0.0", port), backlog=backlog), calling() as caller:
            stage.look()
            caller.call(*(f"{host.format(*divmod(turn, ends))}:{port}" for turn in range(number)))
            stage.look(5)
            yield

    return play


def repeating(host: str, jitter: float, period: float = 60.0, beats: int = 16, looks: int = 5) -> Play:
    """Connect every minute, or `period`, and look; `jitter` is the share by which a call may come early or late."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        chance = random.Random(6)
        with socket.create_server((host, 4444), backlog=beats), calling() as caller:
            for _ in range(beats):
                caller.call(f"{host}:4444")
                stage.look(0.5)
                caller.call("close")
                wait = period * chance.uniform(1 - jitter, 1 + jitter) - 0.5
                for _ in range(looks):
                    stage.look(wait / looks)
            yield

    return play
