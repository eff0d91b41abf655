"""What is known of the connection of each event: the rest of it is tested with what is made of events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tcpview_tui.model.row import Row
from tcpview_tui.record import tracked
from tcpview_tui.record.event import Closed, Event, Judged, Opened
from tcpview_tui.record.looks import Looks
from tcpview_tui.record.tracked import Happening, Tracked
from tests.record.judged import found
from tests.record.streams import CALL, CURL, HERE, later

OF_CALL = found(("connection", CALL.key))
REUSED: list[Event] = [Opened(HERE, CALL), Judged(HERE, *OF_CALL), Closed(later(1), CALL.key)]


def happened(*events: Event) -> list[Happening]:
    known = Tracked()
    return [happening for event in events for happening in known.take([event])]


def test_what_was_found_of_a_connection_is_not_found_of_another_one_that_has_got_its_key() -> None:
    opened = happened(*REUSED, Opened(later(2), CALL))[-1]
    assert opened.row is not None
    assert not opened.context.findings(opened.row)
    looks = Looks()
    for event in REUSED:
        looks.take([event])
    assert looks.findings == dict([OF_CALL]), "it is still known of what has closed"
    looks.take([Opened(later(2), CALL)])
    assert not looks.findings


def test_of_what_has_closed_only_the_last_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracked, "LATE", 2)
    calls = [replace(CALL, key=key) for key in range(3)]
    events = [event for call in calls for event in (Opened(HERE, call), Closed(HERE, call.key))]
    of_curl = Judged(later(1), *found(("process", CURL.identity)))
    assert [row.key for row in happened(*events, of_curl)[-1].rows] == [1, 2]
    assert [row.key for row in happened(*events, Opened(HERE, calls[1]), of_curl)[-1].rows] == [1, 2]


def test_a_judgement_goes_through_no_other_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    known = Tracked()
    others = [replace(CALL, key=key, owners=(replace(CURL, pid=key),)) for key in range(100)]
    list(known.take([Opened(HERE, each) for each in others]))
    asked: list[Row] = []
    monkeypatch.setattr("tcpview_tui.findings.register.pair_of", asked.append)
    told = known.take([Judged(HERE, *found(("process", each.owners[0].identity))) for each in others])
    assert [len(happening.rows) for happening in told] == [1] * 100
    assert not asked


def test_a_happening_that_is_joined_with_more_keeps_all_its_rows() -> None:
    (*_, told) = happened(Opened(HERE, CALL), Judged(HERE, *found(("process", CURL.identity))))
    joined = told._replace(context=replace(told.context, names={"192.0.2.7": "far.example"}))
    assert [row.key for row in joined.rows] == [CALL.key]
    assert joined.row is None


def test_what_had_been_found_is_known_with_what_is_found() -> None:
    events: list[Event] = [Opened(HERE, CALL), Judged(HERE, *OF_CALL)]
    events += [Judged(later(1), OF_CALL[0]), Judged(later(2), OF_CALL[0])]
    assert [each.before for each in happened(*events)] == [(), (), OF_CALL[1], ()]
