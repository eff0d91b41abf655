"""Lives and rows between two ends, and what is told of them when they are matched."""

from __future__ import annotations

from tcpview_tui.model.connection import Connection, Endpoint, State
from tcpview_tui.sources.brief import Brief, Told
from tcpview_tui.sources.lives import Life
from tests.fakes import CURL, connection

OWN = 1
HERE, THERE = Endpoint("10.0.0.5", 50000), Endpoint("93.184.216.34", 443)


def life(opened: float | None, closed: float | None, port: int = 50000, far: Endpoint = THERE) -> Life:
    return Life(4, Endpoint("10.0.0.5", port), far, opened, closed, "out", CURL, State.CLOSED)


def row(key: str, state: State = State.ESTABLISHED, port: int = 50000) -> Connection:
    return connection(key, state, ("10.0.0.5", port))


def settle(brief: Brief, *gone: Connection) -> Told:
    return brief.settle(gone, tuple)


def times(told: Told) -> list[tuple[float | None, float]]:
    return [(passed.connection.opened_at, passed.closed_at) for passed in told.passed]
