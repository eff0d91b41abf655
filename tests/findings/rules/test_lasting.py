from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.rule import Answer, Hit, Severity, Unknown
from tcpview_tui.findings.rules.lasting import DAY, LONG, UPLOAD, Standing
from tcpview_tui.model.connection import KERNEL_STATES, State
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Counters
from tcpview_tui.text import local_time
from tests.fakes import EPOCH
from tests.findings.workload import gone, outgoing
from tests.model.rows import make_row, rows

MEGABYTE = 1024 * 1024


def long(row: Row, lasted: float) -> Answer:
    return LONG.check(Standing(row, None, EPOCH + lasted))


def upload(row: Row, sent: int | None, received: int | None) -> Answer:
    return UPLOAD.check(Standing(row, Counters(received=received, sent=sent), EPOCH + 720))


def test_a_connection_open_for_a_day() -> None:
    found = long(outgoing(0), DAY)
    assert isinstance(found, Hit)
    assert found.sentence.startswith("open to 203.0.113.7:443 for 24 h: it opened at ")


def test_a_connection_that_was_there_before_is_open_for_at_least_as_long() -> None:
    found = long(outgoing(0, preexisting=True), 30 * 3600)
    assert isinstance(found, Hit)
    assert found.sentence.startswith("open to 203.0.113.7:443 for at least 30 h: it was there already at ")


def test_a_connection_that_came_in_is_judged_too() -> None:
    assert long(outgoing(0, direction="in"), 2 * DAY)


@pytest.mark.parametrize(
    "row",
    [
        outgoing(DAY + 1),
        gone(outgoing(0)),
        outgoing(0, state=State.CLOSE_WAIT),
        outgoing(0, transport="udp", state=State.NONE),
        outgoing(0, ("127.0.0.1", 5432)),
        outgoing(0, ("10.0.0.9", 5432)),
        make_row(remote=None, state=State.LISTEN, first_seen=EPOCH),
    ],
)
def test_a_pool_of_connections_to_a_database_and_young_ones_are_not_marked(row: Row) -> None:
    assert long(row, 2 * DAY) is None


def test_an_upload_says_both_numbers_and_how_long() -> None:
    found = upload(outgoing(0), 340 * MEGABYTE, 1258291)
    assert isinstance(found, Hit)
    assert found.sentence == "sent 340 MB to 203.0.113.7:443 and received 1.2 MB in 12 min"
    assert found.severity is None


def test_an_upload_that_has_ended_is_told_with_its_time() -> None:
    found = upload(gone(outgoing(0), after=75), 340 * MEGABYTE, 0)
    assert isinstance(found, Hit)
    assert found.sentence.endswith("in 75 s")


def test_of_an_upload_under_way_before_the_first_look_nobody_knows_how_long_it_took() -> None:
    found = upload(outgoing(0, preexisting=True), 340 * MEGABYTE, 0)
    assert isinstance(found, Hit)
    assert found.sentence.endswith(f"and received 0 bytes; it was there already at {local_time(EPOCH)}")


def test_nor_of_one_that_was_first_seen_just_now() -> None:
    found = upload(outgoing(720), 340 * MEGABYTE, 1)
    assert isinstance(found, Hit)
    assert found.sentence.endswith("and received 1 byte")


@pytest.mark.parametrize("state", sorted(KERNEL_STATES))
def test_what_the_kernel_keeps_without_counters_is_no_matter_of_the_source(state: State) -> None:
    assert UPLOAD.check(Standing(outgoing(0, state=state), None, EPOCH)) is None


def test_a_backup_in_the_local_network_is_low() -> None:
    found = upload(outgoing(0, ("10.0.0.9", 22)), 340 * MEGABYTE, MEGABYTE)
    assert isinstance(found, Hit)
    assert found.severity is Severity.LOW


@pytest.mark.parametrize(
    ("sent", "received"), [(10 * MEGABYTE - 1, 0), (10 * MEGABYTE, MEGABYTE + 1), (0, 0), (MEGABYTE, 900 * MEGABYTE)]
)
def test_talk_and_downloads_are_no_uploads(sent: int, received: int) -> None:
    assert upload(outgoing(0), sent, received) is None


@pytest.mark.parametrize(
    "row", [outgoing(0, direction="in"), outgoing(0, ("127.0.0.1", 80)), outgoing(0, ("192.0.2.5", 80))]
)
def test_what_a_server_sends_to_those_who_ask_is_no_upload(row: Row) -> None:
    assert upload(row, 900 * MEGABYTE, 0) is None


@pytest.mark.parametrize("counters", [None, Counters(), Counters(sent=5)])
def test_without_counters_nobody_knows(counters: Counters | None) -> None:
    assert isinstance(UPLOAD.check(Standing(outgoing(0), counters, EPOCH)), Unknown)


@given(rows(), st.none() | st.builds(Counters, st.integers(0), st.integers(0)), st.floats(0, 2e9))
def test_any_row_gets_an_answer_and_this_machine_uploads_nothing_to_itself(
    row: Row, counters: Counters | None, now: float
) -> None:
    standing = Standing(row, counters, now)
    assert not isinstance(LONG.check(standing), Unknown)
    answer = UPLOAD.check(standing)
    assert answer is None or (row.direction == "out" and row.connection.transport == "tcp")
