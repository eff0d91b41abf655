"""Baselines for tests: learned from rows that are made up, any at all with the strategy `baselines`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import get_args

from hypothesis import strategies as st

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.traits import Networks
from tcpview_tui.model.column import Context
from tcpview_tui.model.connection import Connection, Direction, Endpoint, State, Transport
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.record.digests import Digest
from tcpview_tui.record.looks import Told
from tests.fakes import EPOCH
from tests.model.rows import make_process, make_row

DAY = 86_400.0
_keys = count(1)

NGINX = make_process("nginx", executable="/usr/sbin/nginx", service="nginx.service")
CURL = make_process("curl", executable="/usr/bin/curl", service="session-3.scope")


def talk(remote: str, owner: Process = CURL, at: float = EPOCH, **facts: object) -> Row:
    """Return a connection to somebody."""
    return make_row("10.0.0.5:50000", remote, owner, direction="out", first_seen=at, **facts)  # type: ignore[arg-type]


def call(remote: str, port: int, owner: Process = NGINX) -> Row:
    """Return a connection from somebody."""
    return make_row(f"10.0.0.5:{port}", remote, owner, direction="in", first_seen=EPOCH)


def listening(local: str, owner: Process = NGINX, at: float = EPOCH, **facts: object) -> Row:
    """Return a listener."""
    return make_row(local, None, owner, state=State.LISTEN, direction="listening", first_seen=at, **facts)  # type: ignore[arg-type]


def joined_with(row: Row, sent: int = 0, received: int = 0) -> Context:
    """Return a context in which the connection has carried that."""
    return Context(EPOCH, gauges={row.key: Gauge(Told(Counters(received, sent)))})


def being(digest: str | None) -> Digest:
    """Return what says of every process that it runs a program with this SHA-256."""
    return lambda _: digest


def utc_hour(at: float) -> int:
    return int(at // 3600 % 24)


def lesson(
    *taught: Row, host: str = "web1", days: Iterable[int] = (0,), asn_of: Callable[[str], int | None] | None = None
) -> Baseline:
    """Return what these rows teach when they are there on each of these days."""
    baseline = Baseline()
    for each in days:
        baseline.learn(taught, Context(), host, EPOCH + each * DAY, Networks(asn_of), utc_hour)
    return baseline


_PATHS = st.sampled_from(["/usr/bin/curl", "/tmp/x (deleted)", "[/x]", 'a"b', "/né中 in y", "", "a\\x1b]52", None])
_UNITS = st.sampled_from([None, "nginx.service", "session-3.scope", "a b.service"])
_ADDRESSES = st.sampled_from(
    ["10.1.2.3", "10.1.9.9", "1.1.1.1", "8.8.8.8", "127.0.0.1", "::1", "2606:4700::1", "fe80::1%e"]
)
_HOURS = st.integers(0, 47).map(lambda hour: EPOCH + hour * 3600.0)
_OWNERS = st.lists(
    st.builds(lambda path, unit: make_process(executable=path, service=unit), _PATHS, _UNITS), max_size=2
)
_DIRECTIONS = st.sampled_from(get_args(Direction))


def _row(owners: list[Process], remote: str, port: int, way: Direction, transport: Transport, at: float) -> Row:
    local = Endpoint(remote if way == "listening" else "10.0.0.5", port)
    seen = Connection(
        next(_keys), transport, 6 if ":" in remote else 4, State.LISTEN if way == "listening" else State.ESTABLISHED,
        local, None if way == "listening" else Endpoint(remote, port), tuple(owners),
    )  # fmt: skip
    return Row(0, seen, way, at, preexisting=at == EPOCH, owners=tuple(owners))


def habitual() -> st.SearchStrategy[Row]:
    """Rows of few programs and networks, so that some have much in common."""
    ports, transports = st.sampled_from([22, 443, 40000]), st.sampled_from(get_args(Transport))
    return st.builds(_row, _OWNERS, _ADDRESSES, ports, _DIRECTIONS, transports, _HOURS)


def _learned(lessons: list[tuple[list[Row], str, int, int]]) -> Baseline:
    baseline = Baseline()
    for taught, host, after, carried in lessons:
        gauges = {each.key: Gauge(Told(Counters(carried, 2 * carried))) for each in taught}
        digest_of = being(f"{carried:064x}" if carried else None)
        baseline.learn(taught, Context(gauges=gauges), host, EPOCH + after * DAY, digest_of=digest_of)
    return baseline


def baselines() -> st.SearchStrategy[Baseline]:
    """Any baseline that can be learned."""
    hosts = st.sampled_from(["web1", "web2", "né [/x]"])
    taught = st.lists(habitual(), max_size=3)
    return st.lists(st.tuples(taught, hosts, st.integers(0, 9), st.integers(0, 9)), max_size=3).map(_learned)
