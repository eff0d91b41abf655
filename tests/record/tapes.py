"""Recordings for tests of what is made of them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from tcpview_tui.findings.pair import Pair, Program
from tcpview_tui.model.connection import Namespace
from tcpview_tui.model.process import Process
from tcpview_tui.model.traffic import Counters
from tcpview_tui.record.event import Acted, Closed, Counted, Judged, Named, Opened
from tcpview_tui.record.reader import Reader
from tcpview_tui.record.recording import Recording
from tests.fakes import FakeClock
from tests.record.judged import finding
from tests.record.streams import CALL, CURL, EVERYTHING, HERE, later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tcpview_tui.findings.register import Place
    from tcpview_tui.record.event import Event

DIGEST = "c0ffee00" * 8
"""The SHA-256 of curl."""

HOSTILE = (
    "=cmd|' /C calc'!A0",
    "-2+3",
    'a","b',
    "a\\x1b]52;c;x\\x07",
    "\uff1dx",
    "[/x]",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table>",
    "&lt;b&gt;",
    "'--><!--",
    "'; DROP TABLE event; --",
    "né中",
)
"""Names that somebody gave a process in order to harm who reads of it; what terminals act on is escaped by then."""


def taped(path: Path, events: Iterable[Event], digest_of: Callable[[Process], str | None] | None = None) -> Path:
    """Make a recording of these events, of which each look is one commit."""
    known = digest_of or {CURL: DIGEST}.get
    with closing(Recording(path, [("host", "box"), ("program", "tcpview-tui 0")], FakeClock(), known)) as recording:
        recording.write(events)
    return path


def everything(folder: Path) -> Path:
    """Make a recording with every kind of event."""
    return taped(folder / "everything.tcpview", EVERYTHING)


def hostile(folder: Path) -> Path:
    """Make a recording in which every process, user, path and sentence is hostile."""
    events: list[Event] = []
    for number, text in enumerate(HOSTILE):
        evil = replace(CALL, key=number, owners=(Process(number, 2.0, text, text, text, text, text),))
        events += [Opened(HERE, evil), Acted(HERE, text)]
    return taped(folder / "hostile.tcpview", events)


def suspicious(folder: Path) -> Path:
    """Make a recording in which every text of what was found is hostile: of a connection, a pair, the machine."""
    events: list[Event] = [Opened(HERE, CALL)]
    for text in HOSTILE:
        for place in _places(text):
            told = finding(place, text, rule=text, title=text, against=text, name=text, unit=text, technique=text)
            events.append(Judged(HERE, place, (told,)))
    return taped(folder / "suspicious.tcpview", events)


def _places(text: str) -> tuple[Place, ...]:
    pair = Pair(Program(text, text, text), "tcp", text, 443, Namespace(7, text))
    return ("connection", CALL.key), ("activity", pair), ("machine", ("ld-so-preload", text, (text,)))


def minutes(path: Path, connections: int) -> Path:
    """Make a recording of so many connections, one a second, each of which is counted and closes a second later."""

    def told() -> Iterable[Event]:
        yield Named(HERE, "192.0.2.7", "far.example")
        for number in range(connections):
            call = replace(CALL, key=number, local=CALL.local._replace(port=1024 + number % 60000))
            yield Opened(later(number), call)
            yield Counted(later(number + 1), number, Counters(100, number))
            yield Closed(later(number + 1), number)

    return taped(path, told())


def read(path: Path) -> list[Event]:
    """Return the events of a recording."""
    with closing(Reader(path)) as reader:
        return list(reader.events())
