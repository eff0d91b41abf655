"""What is found while too much waits to be written stands in the file as soon as there is room again."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.findings.register import Place
from tcpview_tui.record import recording as module
from tcpview_tui.record.event import Changed, Closed, Gap, Judged, Moment, Opened
from tcpview_tui.record.recording import Recording, RecordingError
from tcpview_tui.record.sink import File
from tests.fakes import CURL, EPOCH, NGINX, FakeClock, connection
from tests.record.judged import found
from tests.record.tapes import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tcpview_tui.record.event import Event
    from tcpview_tui.record.judgement import Judgement

CURLS: Place = ("process", CURL.identity)
NGINXS: Place = ("process", NGINX.identity)


class Outage:
    """A file whose folder can be taken away; so much waits meanwhile that nothing more is taken."""

    def __init__(self, path: Path) -> None:
        self.path, self._look = path, 0
        self.file = Recording(path, [("host", "box")], FakeClock())
        self._away = path.parent.with_suffix(".away")

    def write(self, *events: Event, judged: Iterable[Judgement] = ()) -> None:
        self._look += 1
        at = Moment(EPOCH + self._look, 1000.0 + self._look, self._look)
        told = [*events, *(Judged(at, *each) for each in judged)]
        with suppress(RecordingError):
            self.file.write([each._replace(at=at) for each in told])

    def begin(self) -> None:
        self.path.parent.rename(self._away)
        self.write(*(Opened(NOW, connection(100 + each)) for each in range(5)))

    def end(self) -> None:
        self._away.rename(self.path.parent)


NOW = Moment(EPOCH, 1000.0, 1)


@pytest.fixture
def outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outage]:
    monkeypatch.setattr(module, "KEPT", 10)
    folder = tmp_path / "folder"
    folder.mkdir()
    made = Outage(folder / "a.tcpview")
    yield made
    made.file.close()


def told(outage: Outage) -> list[tuple[int, Place, list[str]]]:
    """Return the look, the place and the sentences of each judgement."""
    events = [event for event in read(outage.path) if isinstance(event, Judged)]
    return [(event.at.look, event.place, [each.sentence for each in event.findings]) for event in events]


def test_what_was_found_and_what_is_over_is_told_behind_the_gap(outage: Outage) -> None:
    outage.write(Opened(NOW, connection(1)), judged=[found(CURLS, "first"), found(("connection", 1), "row")])
    outage.begin()
    outage.write(judged=[(CURLS, ()), found(NGINXS, "second")])
    outage.write(Closed(NOW, 1), judged=[found(NGINXS, "third"), (("connection", 1), ())])
    outage.end()
    outage.write(Opened(NOW, connection(2)))
    assert told(outage) == [
        (1, CURLS, ["first"]), (1, ("connection", 1), ["row"]),
        (5, CURLS, []), (5, NGINXS, ["third"]), (5, ("connection", 1), []),
    ]  # fmt: skip
    kinds = [type(event) for event in read(outage.path) if event.at.look == 5]
    assert kinds == [Gap, Judged, Judged, Judged, Opened]
    assert list(File(outage.file).losses()) == []


def test_what_came_and_went_meanwhile_is_not_told(outage: Outage) -> None:
    outage.write(Opened(NOW, connection(1)))
    outage.begin()
    outage.write(judged=[found(NGINXS)])
    outage.write(judged=[(NGINXS, ())])
    outage.end()
    outage.write(judged=[found(CURLS, "now")])
    assert told(outage) == [(5, CURLS, ["now"])]


def test_what_is_found_of_a_connection_waits_until_that_is_known(outage: Outage) -> None:
    outage.write(Opened(NOW, connection(1)))
    outage.begin()
    outage.write(Opened(NOW, connection(2)), judged=[found(("connection", 2), "late")])
    assert (outage.file.waiting > 0, outage.file.left_out) == (True, 1)
    outage.end()
    outage.write(Changed(NOW, connection(2)))
    assert outage.file.waiting == 1
    outage.write(Closed(NOW, 1))
    assert [(look, sentences) for look, _, sentences in told(outage)] == [(5, ["late"])]
    assert outage.file.waiting == 0
