"""The source of a replay: it tells what the recording tells, and otherwise that this was not recorded."""

from __future__ import annotations

import json

import pytest

from tcpview_tui.model.inspection import Absence
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.sources.base import Reading
from tcpview_tui.sources.recorded import REASON, Recorded
from tests.fakes import CURL, connection

BLIND = Problem(Code.EVENTS, "short connections can be missed", "not root")


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        (json.dumps({"interval": 2.5}), 2.5),
        (json.dumps({"interval": 10}), 10.0),
        (json.dumps({"interval": "often"}), 1.0),
        (json.dumps({"interval": None}), 1.0),
        (json.dumps({}), 1.0),
        (json.dumps([1]), 1.0),
        ("not JSON", 1.0),
        (None, 1.0),
    ],
)
def test_the_interval_is_that_of_the_recording(options: str | None, seconds: float) -> None:
    facts = {} if options is None else {"options": options}
    assert Recorded(facts).interval == seconds


def test_whether_it_was_judged_is_known_only_where_the_recording_says_so() -> None:
    assert Recorded({"options": '{"findings":true}'}).is_judged
    assert not any(Recorded(facts).is_judged for facts in ({}, {"options": "[]"}, {"options": '{"findings":"yes"}'}))


def test_tcp_was_followed_by_sockdiag_as_long_as_nothing_stood_in_the_way() -> None:
    source = Recorded({"source": "sockdiag"})
    assert source.follows_tcp
    source.problems = (BLIND,)
    assert not source.follows_tcp
    assert not Recorded({"source": "psutil"}).follows_tcp
    assert not Recorded({}).follows_tcp


def test_nothing_new_comes_from_it_and_nothing_can_be_done() -> None:
    source = Recorded({})
    assert source.read() == Reading()
    assert source.cannot_disconnect == REASON
    with pytest.raises(OSError, match="not in a replay"):
        source.disconnect(connection(1))
    source.close()


def test_a_process_was_not_looked_into() -> None:
    inspection = Recorded({}).inspect(CURL)
    assert inspection.identity == CURL.identity
    assert {inspection.directory, inspection.status, inspection.threads, inspection.cpu} == {Absence.UNRECORDED}


def test_a_port_has_the_name_that_it_has_here() -> None:
    assert Recorded({}).service_name("tcp", 65000) is None
