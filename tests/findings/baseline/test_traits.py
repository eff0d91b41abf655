"""What of a connection is compared: the same tomorrow is spelled the same, and a difference differently."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from tcpview_tui.findings.baseline.traits import Networks, Program, Talk, listened, program_of, talked
from tcpview_tui.model.connection import Endpoint, State
from tcpview_tui.model.row import Row
from tests.findings.baseline.lessons import call, listening, talk
from tests.model.rows import make_process, make_row, rows


@pytest.mark.parametrize(
    ("unit", "place"),
    [
        ("nginx.service", "nginx.service"),
        ("session-3.scope", "session-*.scope"),
        ("sshd@12-10.0.0.5:22-192.0.2.7:50000.service", "sshd@*.service"),
        ("run-r0a1b2c.service", "run-*.service"),
        ("app-gnome-firefox-12345.scope", "app-gnome-firefox-*.scope"),
        ("vte-spawn-6a1e8f6b-5d6e-4f0e-8f3c-0d9a1b2c3d4e.scope", "vte-spawn-*.scope"),
        ("postgresql-15.service", "postgresql-15.service"),
        (None, ""),
    ],
)
def test_what_a_unit_is_called_tomorrow(unit: str | None, place: str) -> None:
    process = make_process(executable="/usr/sbin/sshd", service=unit)
    assert program_of(process) == Program("/usr/sbin/sshd", place)


@pytest.mark.parametrize(
    ("container", "place"),
    [("docker:0123456789ab", "docker"), ("kubernetes:9f1c2d3e/0123456789ab", "kubernetes"), ("lxc:web", "lxc:web")],
)
def test_what_a_container_is_called_tomorrow(container: str, place: str) -> None:
    process = make_process(executable="/bin/sh", service="docker:0123456789ab", container=container)
    assert program_of(process) == Program("/bin/sh", place)


def test_a_deleted_executable_is_the_one_that_it_was_and_an_unknown_one_is_none() -> None:
    assert program_of(make_process(executable="/usr/bin/x (deleted)")) == Program("/usr/bin/x", "")
    assert program_of(make_process()) is None


@pytest.mark.parametrize(
    ("local", "transport", "expected"),
    [
        ("0.0.0.0:443", "tcp", ("any", "tcp/443")),
        ("[::]:443", "tcp", ("any", "tcp/443")),
        ("127.0.0.53:53", "udp", ("loopback", "udp/53")),
        ("[::1]:631", "tcp", ("loopback", "tcp/631")),
        ("10.0.0.5:22", "tcp", ("one", "tcp/22")),
        ("0.0.0.0:43210", "tcp", ("any", "tcp/dynamic")),
        ("0.0.0.0:43210", "udp", None),
        ("0.0.0.0:1", "raw", None),
    ],
)
def test_where_it_listens(local: str, transport: str, expected: tuple[str, str] | None) -> None:
    row = listening(local)
    state = State.LISTEN if transport == "tcp" else State.NONE
    assert listened(replace(row.connection, transport=transport, state=state)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "names"),
    [
        (talk("203.0.113.7:443"), ["to 203.0.113.0/24 tcp/443"]),
        (talk("1.1.1.1:443"), ["to AS13335 tcp/443", "to 1.1.1.0/24 tcp/443"]),
        (talk("[2606:4700:1:2::3]:53"), ["to AS13335 tcp/53", "to 2606:4700:1::/48 tcp/53"]),
        (talk("[fe80::1%eth0]:546"), ["to fe80::/48 tcp/546"]),
        (talk("127.0.0.9:6379"), ["to loopback tcp/6379"]),
        (talk("8.8.8.8:40000"), ["to 8.8.8.0/24 tcp/dynamic"]),
        (call("1.1.1.1:50000", 22), ["from public tcp/22"]),
        (call("10.1.2.3:50000", 22), ["from 10.1.2.0/24 tcp/22"]),
        (call("[::1]:50000", 22), ["from loopback tcp/22"]),
    ],
)
def test_how_a_conversation_is_called(row: Row, names: list[str]) -> None:
    networks = Networks(lambda address: 13335 if address in {"1.1.1.1", "2606:4700:1:2::3"} else None)
    said = talked(row)
    assert said is not None
    assert networks.names(said) == names


def test_nobody_is_asked_for_the_number_of_an_address_that_is_not_on_the_internet() -> None:
    asked: list[str] = []
    networks = Networks(lambda address: asked.append(address))
    for address in ("10.0.0.1", "127.0.0.1", "169.254.169.254", "fe80::1%eth0", "100.64.0.1", "no address"):
        networks.names(Talk("to", address, "tcp/443"))
    assert asked == []


def test_what_listens_or_has_no_other_end_is_no_conversation() -> None:
    assert talked(listening("0.0.0.0:80")) is None
    assert talked(make_row(remote=None, state=State.CLOSED)) is None


@given(rows())
def test_every_row_has_names_without_blanks_within(row: Row) -> None:
    said = talked(row)
    if said is not None:
        assert all(len(name.split(" ")) == 3 for name in Networks().names(said))


def test_what_a_stranger_calls_an_address_is_no_name() -> None:
    row = talk("192.0.2.7:443")
    hostile = replace(row, connection=replace(row.connection, remote=Endpoint("a b\\x1b]", 443)))
    assert talked(hostile) is not None
    assert Networks().names(talked(hostile) or Talk("", "", "")) == ["to unknown tcp/443"]
