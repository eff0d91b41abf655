from __future__ import annotations

import os
import socket

import psutil
import pytest

from tcpview_tui.model.connection import Endpoint
from tcpview_tui.respond import ssh
from tests.respond import SLEEP, running


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_the_ssh_connection_is_found_by_its_socket(
    family: socket.AddressFamily, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        socket.create_server((host, 0), family=family) as server,
        socket.create_connection(server.getsockname()[:2]) as client,
        server.accept()[0] as accepted,
    ):
        ends = [*client.getsockname()[:2], *accepted.getsockname()[:2]]
        monkeypatch.setenv("SSH_CONNECTION", " ".join(map(str, ends)))
        assert ssh.holders([]) == {os.getpid()}
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    assert ssh.holders([]) == set()


@pytest.mark.parametrize("value", ["", "nonsense", "1 2 3 4 5", "192.0.2.1 one 192.0.2.2 22"])
def test_without_a_readable_variable_there_is_no_ssh(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", value)
    assert ssh.holders([]) is None


def test_the_variable_is_also_looked_for_in_the_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    with running(SLEEP) as child:
        monkeypatch.delenv("SSH_CONNECTION")
        assert ssh.holders([child.pid]) == set()


def test_a_refused_socket_list_counts_as_not_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: str) -> None:
        raise psutil.AccessDenied

    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    monkeypatch.setattr(psutil, "net_connections", denied)
    assert ssh.holders([]) == set()


@pytest.mark.parametrize(
    ("value", "client", "server"),
    [
        ("192.0.2.1 50000 192.0.2.2 22", "192.0.2.1", "192.0.2.2"),
        ("::ffff:192.0.2.1 50000 ::ffff:192.0.2.2 22", "192.0.2.1", "192.0.2.2"),
        ("fe80::1%eth0 50000 fe80::2%eth0 22", "fe80::1", "fe80::2"),
    ],
)
def test_ends_are_spelled_as_the_rows_spell_them(
    value: str, client: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", value)
    assert ssh.session_ends([]) == {(Endpoint(client, 50000), Endpoint(server, 22))}
