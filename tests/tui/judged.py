"""A running program whose register of findings the test fills, and answers to fill it with."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Answer, Hit, Of, Unknown
from tcpview_tui.findings.table import BY_ID
from tcpview_tui.judging.bench import Bench
from tcpview_tui.model.connection import Connection
from tcpview_tui.tui.commands.judging import show_findings
from tcpview_tui.tui.messages import FindingsArrived
from tcpview_tui.tui.screens.findings import FindingsScreen
from tests.fakes import CURL, EPOCH, NGINX, connection, listener
from tests.tui.harness import Live, live

ROWS = (connection(1), connection(2, local=("10.0.0.5", 50001)), listener(3, 80))
OF_CURL = About(CURL.identity, "curl (4242)", "ab" * 32, "session-3.scope")
OF_NGINX = About(NGINX.identity, "nginx (812)")

DELETED = Hit("started from /dev/shm/.x, deleted since 14:02:11")
PLACE = Hit("runs /dev/shm/.x", "An AppImage looks so.")
NAME = Hit("is called nginx, and runs /usr/bin/python3")
REFUSED = Unknown("not permitted to read /proc/812/exe")


class Judged:
    """A running program, and a bench whose register a test fills."""

    def __init__(self, program: Live, folder: Path) -> None:
        self.program = program
        session = program.app.session
        register = session.bench.register
        session.bench = Bench(program.clock, folder)
        session.bench.register = register
        self.register = register
        register.silences._path = folder / "silences.json"

    def put(self, of: Of, about: About, at: float = EPOCH, **answers: Answer) -> None:
        """Tell answers, each by the id of its rule with underscores."""
        rules = ((BY_ID[name.replace("_", "-")], answer) for name, answer in answers.items())
        self.register.put(of, about, list(rules), at)

    async def tell(self) -> None:
        """Say, as the judge does, that there is something new."""
        self.program.main.post_message(FindingsArrived())
        await self.program.settled()

    async def open(self) -> FindingsScreen:
        show_findings(self.program.main)
        await self.program.settled()
        return self.screen

    @property
    def screen(self) -> FindingsScreen:
        assert isinstance(self.program.app.screen, FindingsScreen)
        return self.program.app.screen

    @property
    def marked(self) -> str:
        """The line that the keys are on."""
        entry = self.screen._list.entry
        return f"{entry.subject}: {entry.title}" if entry else ""

    @property
    def written(self) -> list[dict[str, str]] | None:
        """What is silent for good in the file; `None` when there is none."""
        file = self.register.silences._path
        return json.loads(file.read_text())["silences"] if file and file.exists() else None

    @property
    def listed(self) -> list[str]:
        return [" ".join(str(line).split()) for line in self.screen._list.texts]


@asynccontextmanager
async def judged(folder: Path, *rows: Connection, **settings: Any) -> AsyncIterator[Judged]:
    async with live(*(rows or ROWS), **settings) as program:
        yield Judged(program, folder)


def fill(here: Judged) -> None:
    here.put("process", OF_NGINX, at=EPOCH + 5, name_mismatch=NAME, deleted_exe=REFUSED, memfd_exe=REFUSED)
    here.put("process", OF_CURL, deleted_exe=DELETED, exe_place=PLACE)
    here.put("connection", About(1, "curl (4242)  10.0.0.5:50000"), long_connection=Hit("open since 3 days"))
