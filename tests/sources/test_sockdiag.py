"""What the Linux source tells at a look, of sockets that the tests open themselves. Other traffic may go on."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Namespace
from tcpview_tui.model.snapshot import Passed
from tests.fakes import connection
from tests.sources.kernel import FAMILIES, followed, owned, pair, row_of, source
from tests.sources.net import linux, root, tcp_pair, until
from tests.sources.test_opens import write
from tests.sources.traced import instances
from tests.sources.wire import TCP4, FakeDiag, body, info, message, names

if sys.platform == "linux":
    from tcpview_tui.sources import places, sockdiag
    from tcpview_tui.sources.namespaces import Namespaces
    from tcpview_tui.sources.opens import Missed
    from tcpview_tui.sources.seen import SocketId
    from tcpview_tui.sources.sockdiag import SockDiagSource
    from tcpview_tui.sources.tracing import own_name
    from tcpview_tui.sources.unsettled import Unsettled

__all__ = ["source"]
pytestmark = linux


def test_what_did_not_change_is_the_same_object(source: SockDiagSource) -> None:
    with tcp_pair() as ends:
        before = [row_of(owned(source, *ends), end) for end in ends]
        after = source.read()
        assert all(row_of(after, end) is row for end, row in zip(ends, before, strict=True))


def made_up(monkeypatch: pytest.MonkeyPatch, diag: FakeDiag) -> SockDiagSource:
    """A source for which this is the whole machine."""
    monkeypatch.setattr(places, "_open", lambda: (diag, None))
    monkeypatch.setattr(Namespaces, "look", lambda _: {})
    return SockDiagSource(SystemClock(), follows=False)


def test_a_look_at_which_nothing_changed_returns_the_very_same_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    diag = FakeDiag()
    diag.tables[TCP4] = [message(body(names(1), inode=0))]
    source = made_up(monkeypatch, diag)
    before = source.read().connections
    assert len(before) == 1
    assert source.read().connections is before
    diag.tables[TCP4] = [message(body(names(2), inode=0))]
    assert source.read().connections.keys() == {SocketId(source._places.own, 2)}


@pytest.mark.parametrize(
    ("told", "problems"), [(info(bytes_sent=5), set()), (info()[:100], {"counters"}), (b"", {"counters"})]
)
def test_a_kernel_that_counts_no_bytes_is_said(
    told: bytes, problems: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    diag = FakeDiag()
    diag.tables[TCP4] = [message(body(names(1), 1, 7, 0, (0, 0), told))]
    source = made_up(monkeypatch, diag)
    for _ in range(2):
        reading = source.read()
        assert {problem.code for problem in reading.problems} & {"counters"} == problems
        assert len(reading.connections) == 1


def test_short_connections_of_other_namespaces_are_no_excuse_for_missing_the_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    snmp = tmp_path / "snmp"
    monkeypatch.setattr(sockdiag, "Missed", partial(Missed, snmp))
    source = made_up(monkeypatch, FakeDiag())
    write(snmp, 100)
    passed = [Passed(connection(1), 0.0), Passed(replace(connection(2), namespace=Namespace(7)), 0.0)]
    source._estimate(Unsettled(), ())
    write(snmp, 103)
    source._estimate(Unsettled(), passed)
    assert source._estimate(Unsettled(), ()) == 2


def test_a_change_does_not_reach_back_into_an_earlier_reading(source: SockDiagSource) -> None:
    before = source.read()
    count = len(before.connections)
    with tcp_pair() as (server, _, _):
        assert row_of(source.read(), server).key not in before.connections
        assert len(before.connections) == count


@pytest.mark.parametrize(("host", "family"), FAMILIES)
def test_who_opened_is_known_on_both_ends(source: SockDiagSource, host: str, family: socket.AddressFamily) -> None:
    with pair(host, family) as (server, client, accepted):
        reading = source.read()
        assert [row_of(reading, end).direction for end in (client, accepted)] == ["out", "in"]
        assert row_of(reading, server).direction is None
        client.sendall(b"x" * 1000)
        assert accepted.recv(1000, socket.MSG_WAITALL)
        reading = source.read()
        assert [row_of(reading, end).direction for end in (client, accepted)] == ["out", "in"]


def test_after_the_first_look_there_is_an_estimate_or_the_promise_to_see_all(source: SockDiagSource) -> None:
    reading = source.read()
    assert (reading.missed is None) == source.follows_tcp


@root
def test_nothing_of_the_trace_is_left_after_closing() -> None:
    source = SockDiagSource(SystemClock())
    followed(source)
    assert own_name() in instances()
    source.close()
    assert own_name() not in instances()


def test_closing_gives_back_every_descriptor() -> None:
    before = descriptors()
    source = SockDiagSource(SystemClock())
    source.read()
    assert descriptors() > before
    source.close()
    assert descriptors() == before


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_counters_come_when_they_move_and_not_again(source: SockDiagSource) -> None:
    with tcp_pair() as (_, client, accepted):
        key = row_of(source.read(), client).key
        client.sendall(b"x" * 5000)
        assert len(accepted.recv(5000, socket.MSG_WAITALL)) == 5000

        def moved() -> Any:
            return source.read().measures.get(key)

        measure = until(moved)
        assert until(lambda: measure.counters.sent == 5000 or (moved() or measure).counters.sent == 5000)
        assert moved() is None


def test_a_name_of_a_port_is_that_of_the_system(source: SockDiagSource, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[Any, str] = {("tcp", 443): "https"}
    read: Callable[[Any], dict[Any, str]] = lambda _: names  # noqa: E731
    monkeypatch.setattr("tcpview_tui.sources.services.read", read)
    assert source.service_name("tcp", 443) == "https"
    assert source.service_name("udp", 443) is None
