"""Connections with the exact second at which they opened, as a source that hears events tells it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from tcpview_tui.sources.sockdiag import SockDiagSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.connection import Key
    from tcpview_tui.sources.base import Reading
    from tests.findings.stage import Stage


class ExactSource(SockDiagSource):
    """Takes it that a connection opened when it is met: a stage looks as soon as it has done something.

    A tracepoint tells the time of the kernel's clock, and that of a stage is moved.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, follows=False)
        self._times = clock
        self._met: dict[Key, float] = {}

    def read(self) -> Reading:
        reading, now = super().read(), self._times.wall()
        self._met = {key: self._met.get(key, now) for key in reading.connections}
        exact = {key: replace(each, opened_at=self._met[key]) for key, each in reading.connections.items()}
        return replace(reading, connections=exact)


def timed(play: Callable[[Stage], AbstractContextManager[None]]) -> Callable[[Stage], AbstractContextManager[None]]:
    """Play the same on a stage that knows the exact times."""

    @contextmanager
    def exact(stage: Stage) -> Iterator[None]:
        stage._sampler.source.close()
        stage._sampler.source = ExactSource(stage.clock)
        stage.look()
        with play(stage):
            yield

    return exact
