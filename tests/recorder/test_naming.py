"""Names for a recorder, from a real server on loopback: each asked for once, told whenever it comes, waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tcpview_tui.config import Settings
from tcpview_tui.lookup.settings import Lookup
from tcpview_tui.record.event import Changed, Closed, Event, Moment, Opened
from tcpview_tui.recorder.naming import PATIENCE, Naming
from tests.fakes import FakeClock, connection
from tests.lookup.servers import DnsServer
from tests.sources.net import until

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Moment(0.0, 0.0, 1)
FAR = Opened(HERE, connection(1, remote=("8.8.8.8", 443)))
PRIVATE = Opened(HERE, connection(2, remote=("192.168.7.7", 443)))
RECORDS = {("8.8.8.8.in-addr.arpa.", "PTR"): ["far.example."], ("9.9.9.9.in-addr.arpa.", "PTR"): ["other.example."]}


@pytest.fixture
def server() -> Iterator[DnsServer]:
    with DnsServer(RECORDS) as running:
        yield running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def naming(server: DnsServer, clock: FakeClock, *, offline: bool = False) -> Naming:
    return Naming(Settings(lookup=Lookup(dns_server=server.address), offline=offline), clock)


def test_a_name_is_asked_for_once_and_told_once(server: DnsServer, clock: FakeClock) -> None:
    names = naming(server, clock)
    names.want([FAR])
    names.wait()
    assert names.news() == {"8.8.8.8": "far.example"}
    assert names.known["8.8.8.8"] == "far.example"
    names.want([FAR._replace(at=HERE), Changed(HERE, FAR.connection), Closed(HERE, 1)])
    names.wait()
    assert names.news() == {}
    assert server.asked == ["8.8.8.8.in-addr.arpa."]


def test_private_addresses_and_nothing_offline_leave_the_machine(server: DnsServer, clock: FakeClock) -> None:
    clock.advance(1)
    for offline, events in ((False, [PRIVATE]), (True, [FAR])):
        names = naming(server, clock, offline=offline)
        names.want(events)
        until(lambda names=names: not names._names._waiting)  # type: ignore[misc]
        assert names.news() == {}
    assert server.asked == []


def test_what_was_wanted_long_ago_is_not_waited_for(server: DnsServer, clock: FakeClock) -> None:
    server.mode = "held"
    names = naming(server, clock)
    names.want([FAR])
    assert server.reached.wait(30)
    clock.advance(PATIENCE)
    names.wait()
    assert names.news() == {}


def test_a_late_name_ends_the_wait(server: DnsServer, clock: FakeClock) -> None:
    server.mode = "held"
    names = naming(server, clock)
    names.want([FAR])
    assert server.reached.wait(30)
    server.release.set()
    names.wait()
    assert names.news() == {"8.8.8.8": "far.example"}


def test_what_fails_is_asked_for_again_and_the_failure_is_told(server: DnsServer, clock: FakeClock) -> None:
    server.mode = "SERVFAIL"
    names = naming(server, clock)
    nothing: list[Event] = []
    for port in range(3):
        names.want([Opened(HERE, connection(port, remote=(f"9.9.9.{port}", 443)))])
    until(lambda: names.problem)
    assert "refuses or answers with errors" in (names.problem or "")
    server.mode = "good"
    server.records[("0.9.9.9.in-addr.arpa.", "PTR")] = ["late.example."]
    for _ in range(8):  # the failure is forgotten after a minute, and the server's pause is over
        clock.advance(20)
        names.want(nothing)
    until(lambda: names.news().get("9.9.9.0") == "late.example")
    assert names.problem is None


def test_what_has_no_name_is_not_asked_for_again_and_again(server: DnsServer, clock: FakeClock) -> None:
    names = naming(server, clock)
    names.want([Opened(HERE, connection(1, remote=("9.9.9.1", 443)))])
    until(lambda: server.asked)
    until(lambda: not names._names._waiting)
    for _ in range(100):
        clock.advance(15)
        names.want([])
    assert server.asked == ["1.9.9.9.in-addr.arpa."]
