"""What the judge says in its own thread, and when the table takes it in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Hit
from tcpview_tui.findings.table import BY_ID
from tcpview_tui.judging.bench import Bench
from tests.fakes import EPOCH, connection
from tests.tui.harness import live


class Heard(Bench):
    """A bench that judges nothing; a test says when there is something new."""

    def start(self, heard: Callable[[], None]) -> None:
        self.heard = heard


async def test_what_the_judge_says_many_times_at_once_is_taken_in_once(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    async with live(connection(1), bench=Heard) as program:
        session = program.app.session
        assert isinstance(session.bench, Heard)
        monkeypatch.setattr(session, "findings_arrived", lambda: taken.append(session.bench.register.version))
        for key in range(5):
            session.bench.register.put(
                "connection", About(key, "row"), [(BY_ID["exe-place"], Hit("runs /dev/shm/.x"))], EPOCH
            )
            await asyncio.to_thread(session.bench.heard)
        await program.until(lambda: taken)
        session.bench.register.put(
            "connection", About(7, "row"), [(BY_ID["exe-place"], Hit("runs /dev/shm/.x"))], EPOCH
        )
        await asyncio.to_thread(session.bench.heard)
        await program.until(lambda: len(taken) > 1)
        assert taken == [5, 6]
