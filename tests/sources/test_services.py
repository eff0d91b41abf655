from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tcpview_tui.sources.psutil_source import PsutilSource
from tcpview_tui.sources.services import database, parse, read

LIST = """\
# a comment
ssh             22/tcp                          # SSH Remote Login Protocol
domain          53/udp
domain          53/tcp
www             80/tcp          http            # the alias is not the name
second          80/tcp
sctp-only       9/sctp
no-port
word            port/tcp
strange         \u00b2/tcp
far             123456/tcp

"""


def test_a_list_gives_the_first_name_of_a_port() -> None:
    assert parse(LIST) == {
        ("tcp", 22): "ssh",
        ("udp", 53): "domain",
        ("tcp", 53): "domain",
        ("tcp", 80): "www",
        ("sctp", 9): "sctp-only",
    }


@pytest.mark.skipif(not database().is_file(), reason="this system has no list")
def test_it_agrees_with_the_system() -> None:
    source = PsutilSource()
    names = {key: name for key, name in read(database()).items() if key[0] in {"tcp", "udp"}}
    assert names
    for (transport, port), name in names.items():
        assert socket.getservbyport(port, transport) == name
        assert source.service_name("tcp" if transport == "tcp" else "udp", port) == name


@pytest.mark.parametrize("port", [-1, 0, 47_123, 65_536, 10**9])
def test_a_port_without_a_name_has_none(port: int) -> None:
    assert PsutilSource().service_name("tcp", port) is None


def test_a_hostile_name_is_visible_text(tmp_path: Path) -> None:
    file = tmp_path / "services"
    file.write_bytes(b"\x1b[2J\xff 7/tcp\n" + b"n" * 500 + b" 8/tcp\n")
    names = read(file)
    assert names["tcp", 7] == "\\x1b[2J\\xff"
    assert len(names["tcp", 8]) <= 64


def test_no_list_and_no_file_are_no_names(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == read(tmp_path) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_in_place_of_the_list_holds_nothing_up(tmp_path: Path) -> None:
    pipe = tmp_path / "services"
    os.mkfifo(pipe)
    assert read(pipe) == {}


def test_each_system_keeps_it_in_its_place() -> None:
    windows = database("win32", {"SystemRoot": "D:/Windows"})
    assert windows.parts[-4:] == ("System32", "drivers", "etc", "services")
    assert str(windows).startswith("D:")
    assert database("linux", {}) == database("darwin", {}) == Path("/etc/services")
