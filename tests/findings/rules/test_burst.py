from __future__ import annotations

import os
import random
import socket
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tcpview_tui.clock import SystemClock
from tcpview_tui.findings.activity import Activity
from tcpview_tui.findings.burst import Burst
from tcpview_tui.findings.rule import Hit, Severity
from tcpview_tui.findings.rules.burst import BRUTE_FORCE, FAILING, SCAN
from tcpview_tui.model.connection import State
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.row import Row
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.choose import choose
from tests.fakes import EPOCH
from tests.findings.workload import AGENT, Watch, gone, moved, outgoing
from tests.sources.net import linux

RULES = (SCAN, BRUTE_FORCE, FAILING)
LATER = 30.0


def burst_of(rows: list[Row]) -> Burst | None:
    activity = Activity()
    activity.take(rows, [], [], EPOCH + LATER)
    bursts = activity.due(EPOCH + LATER).bursts
    return bursts[0] if bursts else None


def found(*rows: Row) -> dict[str, Hit]:
    """Return what all rules say of a minute, by their ids."""
    burst = burst_of([*rows])
    answers = {rule.id: rule.check(burst) for rule in RULES} if burst else {}
    return {name: answer for name, answer in answers.items() if isinstance(answer, Hit)}


def tried(number: int, port: int, failing: int = 0, at: float = 0.0) -> list[Row]:
    """Connections to so many addresses, the first of which are never answered."""
    states = [State.SYN_SENT] * failing + [State.ESTABLISHED] * (number - failing)
    ends = ((f"203.0.{100 + n // 250}.{n % 250 + 1}", port) for n in range(number))
    return [outgoing(at + n / 20, end, state=state) for n, (end, state) in enumerate(zip(ends, states, strict=True))]


def test_a_sweep_says_how_many_addresses_and_how_many_in_vain() -> None:
    rows = tried(300, 22, failing=297) + [outgoing(20, ("203.0.100.1", 22)) for _ in range(112)]
    hits = found(*rows)
    assert hits["scan"].sentence.startswith("412 connections to 300 addresses at port 22 within 20 s, from ")
    assert hits["scan"].sentence.endswith(", 297 of them failed; by agent (500) of root")
    assert hits["scan"].severity is Severity.HIGH


@pytest.mark.parametrize(
    ("number", "port", "failing", "severity"),
    [
        (30, 8888, 15, Severity.MEDIUM),
        (30, 443, 30, Severity.MEDIUM),
        (30, 445, 0, Severity.MEDIUM),
        (30, 445, 15, Severity.HIGH),
        (100, 8888, 0, Severity.LOW),
        (30, 25, 0, Severity.LOW),
        (30, 25, 15, Severity.MEDIUM),
    ],
)
def test_a_sweep_is_as_grave_as_its_port_and_its_failures(
    number: int, port: int, failing: int, severity: Severity
) -> None:
    assert (found(*tried(number, port, failing))["scan"].severity or SCAN.severity) is severity


@pytest.mark.parametrize(
    ("number", "port", "failing"),
    [(29, 22, 29), (29, 25, 0), (30, 8888, 14), (99, 8888, 0), (300, 443, 20), (300, 53, 0)],
)
def test_just_below_is_no_sweep(number: int, port: int, failing: int) -> None:
    assert "scan" not in found(*tried(number, port, failing))


def test_one_address_at_many_ports_is_probed() -> None:
    rows = [outgoing(port / 20, ("203.0.113.7", 20 + port), state=State.SYN_SENT) for port in range(60)]
    hits = found(*(gone(row) for row in rows[:50]), *rows[50:])
    assert hits["scan"].sentence.startswith("60 connections to 60 ports of 203.0.113.7 within ")
    assert hits.keys() == {"scan"}


def test_a_page_in_a_browser_is_no_scan() -> None:
    """120 connections to 40 addresses at the port of the web, of which a few fail, some QUIC and names besides."""
    pick = random.Random(1)
    rows = [outgoing(n / 10, (f"203.0.113.{pick.randrange(40)}", 443)) for n in range(120)]
    rows += [outgoing(n / 10, (f"203.0.113.{pick.randrange(40)}", 443), transport="udp") for n in range(60)]
    rows += [outgoing(n / 10, ("198.51.100.1", 53), transport="udp", state=State.NONE) for n in range(80)]
    rows += [outgoing(n, (f"203.0.113.{n}", 80), state=State.SYN_SENT) for n in range(5)]
    assert found(*rows) == {}


def test_a_file_server_that_sends_by_passive_ftp_is_no_scan() -> None:
    rows = [outgoing(n / 2, ("203.0.113.7", 40_000 + n), state=State.TIME_WAIT) for n in range(50)]
    assert found(outgoing(0, ("203.0.113.7", 21)), *rows) == {}


def test_the_targets_of_a_monitor_are_fresh_only_once() -> None:
    activity = Activity()
    activity.take(tried(120, 9100), [], [], EPOCH)
    (first,) = activity.due(EPOCH + 6).bursts
    activity.take(tried(120, 9100, at=300), [], [], EPOCH + 306)
    (again,) = activity.due(EPOCH + 306).bursts
    assert SCAN.check(first)
    assert SCAN.check(again) is None


def test_a_sweep_beside_other_work_is_found() -> None:
    assert "scan" in found(*tried(40, 443), *tried(300, 80), *tried(30, 22, failing=10))


@pytest.mark.parametrize(
    ("end", "number", "severity"),
    [
        (("203.0.113.7", 22), 30, None),
        (("10.0.0.7", 3389), 30, None),
        (("127.0.0.1", 22), 30, None),
        (("203.0.113.7", 25), 30, Severity.LOW),
        (("203.0.113.7", 443), 600, Severity.LOW),
    ],
)
def test_one_end_again_and_again(end: tuple[str, int], number: int, severity: Severity | None) -> None:
    hits = found(*(outgoing(n / 20, end, state=State.TIME_WAIT) for n in range(number)))
    assert hits["many-to-one"].severity is severity
    assert f"{number} connections to {end[0]}:{end[1]} within" in hits["many-to-one"].sentence


@pytest.mark.parametrize(
    ("end", "number"),
    [
        (("203.0.113.7", 22), 29),
        (("127.0.0.1", 25), 200),
        (("127.0.0.1", 8080), 5000),
        (("10.0.0.7", 5432), 5000),
        (("203.0.113.7", 443), 599),
    ],
)
def test_proxies_and_clients_without_a_pool_are_not_marked(end: tuple[str, int], number: int) -> None:
    assert found(*(outgoing(n / 100, end, state=State.TIME_WAIT) for n in range(number))) == {}


def test_a_log_in_tried_beside_other_work_is_found() -> None:
    busy = [outgoing(n / 20, ("10.0.0.7", 5432)) for n in range(500)]
    assert "many-to-one" in found(*busy, *(outgoing(n / 2, ("10.0.0.8", 22)) for n in range(40)))


def test_many_ends_that_never_answer() -> None:
    rows = [outgoing(n / 2, (f"203.0.113.{n % 12}", 5000 + n % 12), state=State.SYN_SENT) for n in range(30)]
    hits = found(*rows)
    assert hits.keys() == {"many-failed"}
    assert hits["many-failed"].sentence.startswith("30 connections to 12 addresses, 12 ports within ")
    answered = [moved(row, State.ESTABLISHED) for row in rows]
    assert found(*rows[:14], *answered[14:]) == {}


def test_only_those_are_named_whom_nobody_answers() -> None:
    other = replace(AGENT, pid=501)
    rows = [outgoing(n / 2, (f"203.0.113.{n % 12}", 5000 + n % 12), state=State.SYN_SENT) for n in range(30)]
    (hit,) = found(*rows, outgoing(3, ("203.0.113.99", 443), other)).values()
    assert hit.sentence.endswith(", 30 of them failed; by agent (500) of root")
    assert hit.whom is not None
    assert hit.whom.places == (AGENT.identity,)


def test_a_client_whose_server_is_down_is_not_marked() -> None:
    rows = [gone(outgoing(n, ("10.0.0.7", 5432), state=State.SYN_SENT)) for n in range(25)]
    assert found(*rows, *(replace(row, ordinal=0) for row in rows)) == {}


@linux
def test_a_real_burst_to_300_loopback_addresses_is_found_and_its_twin_is_not() -> None:
    """Real sockets through the real source and the live table; the twin talks as much, to one address."""
    clock = SystemClock()
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("0.0.0.0", 0), backlog=1024))
        port = server.getsockname()[1]
        sampler = Sampler(choose("auto", clock), clock)
        stack.callback(sampler.close)
        scan, twin = (Watch(LiveTable(clock), os.getpid()) for _ in range(2))
        for watch, ends in (
            (twin, [("127.0.0.1", port)] * 300),
            (scan, [(f"127.0.{n // 200}.{n % 200 + 1}", port) for n in range(300)]),
        ):
            watch.take(sampler.sample())
            with ExitStack() as clients:
                for end in ends:
                    clients.enter_context(socket.create_connection(end, 10))
                    server.accept()[0].close()
                watch.take(sampler.sample())
                watch.take(sampler.sample())
        (burst,), (talk,) = (bursts(watch, clock, port) for watch in (scan, twin))
    assert talk.targets[0].tries == 300
    assert [rule.check(talk) for rule in RULES] == [None, None, None]
    answer, *others = [rule.check(burst) for rule in RULES]
    assert others == [None, None]
    assert isinstance(answer, Hit)
    assert answer.sentence.startswith(f"300 connections to 300 addresses at port {port} within ")


def bursts(watch: Watch, clock: SystemClock, port: int) -> list[Burst]:
    """The bursts that go to that port: connections that nobody owns any more may be anybody's."""
    told = watch.activity.due(clock.wall()).bursts
    return [burst for burst in told if port in {group.port for group in (*burst.sweeps, *burst.targets)}]
