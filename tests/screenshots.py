"""Draws the pictures of the README from a fixed machine: ``python -m tests.screenshots [FOLDER]``."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch

from tcpview_tui.lookup.answer import WhoisAnswer
from tcpview_tui.model.inspection import Inspection
from tcpview_tui.model.traffic import Counters
from tcpview_tui.respond.plan import make_plan
from tcpview_tui.sources.proctable import Entry
from tcpview_tui.tui.screens.whois import WhoisScreen
from tests.fakes import EPOCH
from tests.film import record
from tests.scenes import AFTER, BEFORE, DROPPER, TRAFFIC, Told, carried
from tests.suspects import SUSPECTS, VISITOR, FixedBench
from tests.tui.harness import Live, live
from tests.tui.replay.harness import Replay, replay

ANSWER = WhoisAnswer(
    address="203.0.113.66",
    network="203.0.113.0/24",
    network_name="TEST-NET-3",
    owner="Example Hosting Ltd",
    country="ZZ",
    asn=64496,
    asn_name="EXAMPLE-AS, ZZ",
    abuse=("abuse@example.net",),
    registered="2010-01-12",
    updated="2024-05-02",
    source="RDAP https://rdap.example.net/ip/203.0.113.66",
    fetched_at=EPOCH,
)

FOUND = Inspection(DROPPER.identity, "/dev/shm/.x", "sleeping", threads=4, files=11, memory=9_437_184, cpu=214.0)


async def _happen(program: Live) -> None:
    program.clock.advance(240)
    await program.look(*AFTER)


async def _plain(program: Live) -> None:
    await _happen(program)


async def _frozen_filter(program: Live) -> None:
    await program.press("space")
    await _happen(program)
    await program.press("slash", *"process:nginx,sshd or is:listening")


async def _whois(program: Live) -> None:
    await _happen(program)
    screen = WhoisScreen(program.app.session, ANSWER.address)
    await program.app.push_screen(screen)
    if screen._inquiry:
        screen._inquiry.cancel()
    screen._show(ANSWER)
    await program.settled()


async def _end(program: Live) -> None:
    await _happen(program)
    children = [Entry(4001 + n, DROPPER.pid, name, EPOCH + 233) for n, name in enumerate(("sh", "xmr"))]
    table = {entry.pid: entry for entry in (Entry(DROPPER.pid, 812, DROPPER.name, DROPPER.started), *children)}
    with patch("tcpview_tui.tui.screens.end.make_plan", lambda process, rows: make_plan(process, rows, table)):
        await program.press("home", "down", "k")
        await program.until(lambda: "Looking for" not in program.text)


async def _details(program: Live) -> None:
    program.source.inspections[DROPPER.identity] = FOUND
    program.source.services["tcp", 443] = "https"
    await _happen(program)
    await program.press("home", "down", "enter")
    await program.until(lambda: "/dev/shm/.x" in program.text and "sleeping" in program.text)


async def _groups(program: Live) -> None:
    await program.press("x")
    await _happen(program)
    await program.advance(60)
    await program.sample()  # one that is asked for is never late
    await program.press("g", "down", "enter", "home", "down", "down", "right")


async def _traffic(program: Live) -> None:
    program.source.measures = carried(0.4, *TRAFFIC)
    await program.look(*AFTER)
    for part in (0.5, 0.55, 0.7, 0.72, 0.85, 0.9, 1.0):
        program.clock.advance(1)
        program.source.measures = carried(part, 7, 10, 11, 12)
        await program.look(*AFTER)
    await program.press("right")


async def _suspicious(program: Live) -> None:
    program.clock.advance(240)
    await program.look(*SUSPECTS)
    await program.advance(60)
    await program.look(*SUSPECTS, VISITOR)
    await program.press("home", *["down"] * 4)


async def _findings(program: Live) -> None:
    await _suspicious(program)
    await program.press("f")


async def _evidence(program: Live) -> None:
    program.source.inspections[DROPPER.identity] = FOUND
    program.source.measures[20] = Told(Counters(0, 0, 0, 7, 6, None, 0, 0, congestion="cubic"))
    await _suspicious(program)
    await program.press("up", "up", "enter")
    await program.until(lambda: any(each.title.startswith("Evidence") for each in program.main.details.sections))


async def _dossier(program: Live) -> None:
    await _evidence(program)
    await program.press("enter")
    await program.press("pagedown")
    await program.press("pagedown")


async def _baseline(program: Live) -> None:
    await _suspicious(program)
    await program.press("slash", *"is:new-to-baseline", "enter", "end", "enter")
    await program.until(lambda: "New listener" in program.text)


async def _disconnect(program: Live) -> None:
    await _happen(program)
    await program.press("home", "down", "d")
    await program.until(lambda: "Cancel" in program.text)


async def _help(program: Live) -> None:
    await _happen(program)
    await program.press("question_mark")


async def _recording(program: Live) -> None:
    await program.press("R")
    await _happen(program)
    await program.press("down")


PICTURES: dict[str, tuple[Callable[[Live], Awaitable[None]], tuple[int, int], str]] = {
    "live": (_plain, (120, 32), "dark"),
    "live-80x24": (_plain, (80, 24), "dark"),
    "live-light": (_plain, (120, 32), "light"),
    "live-colour-blind": (_plain, (120, 32), "colour-blind"),
    "details": (_details, (170, 36), "dark"),
    "groups": (_groups, (120, 32), "dark"),
    "live-tcpview": (_plain, (120, 32), "tcpview"),
    "filter-frozen": (_frozen_filter, (120, 32), "dark"),
    "whois": (_whois, (120, 32), "dark"),
    "end-process": (_end, (120, 32), "dark"),
    "traffic": (_traffic, (160, 30), "dark"),
    "disconnect": (_disconnect, (120, 32), "dark"),
    "suspicious": (_suspicious, (120, 36), "dark"),
    "findings": (_findings, (120, 36), "dark"),
    "evidence": (_evidence, (170, 48), "dark"),
    "dossier": (_dossier, (120, 40), "dark"),
    "baseline": (_baseline, (120, 28), "dark"),
    "recording": (_recording, (120, 32), "dark"),
    "help": (_help, (120, 40), "dark"),
}

JUDGED = dict.fromkeys(("suspicious", "findings", "evidence", "dossier", "baseline"), FixedBench)
"""What judges in a picture; in the others nothing is judged."""


async def _replay(program: Replay) -> None:
    await program.jump("+233s")
    await program.go("plus", "plus", "plus")


FILMS = {"replay": (120, 32), "replay-80x24": (80, 24)}
"""The pictures of a replay and their sizes."""

NAMES = (*PICTURES, *FILMS)


async def draw(name: str) -> str:
    """Return one picture as SVG."""
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        if name in FILMS:
            record(Path("web1.tcpview"))
            async with replay(Path("web1.tcpview"), FILMS[name]) as film:
                await _replay(film)
                return film.app.export_screenshot(title="tcpview-tui")
        scene, size, theme = PICTURES[name]
        async with live(*BEFORE, size=size, theme=theme, bench=JUDGED.get(name)) as program:
            await scene(program)
            return program.app.export_screenshot(title="tcpview-tui")


def main() -> None:
    """Draw all pictures into a folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "screenshots"
    folder.mkdir(exist_ok=True)
    os.environ["TZ"] = "UTC"
    time.tzset()
    for name in NAMES:
        (folder / f"{name}.svg").write_text(asyncio.run(draw(name)), encoding="utf-8")
        print(folder / f"{name}.svg")


if __name__ == "__main__":
    main()
