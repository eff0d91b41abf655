"""`tcpview-tui list --names`: asked of a real server on loopback, within its bound; of nobody when it is forbidden."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pytest
from click.testing import CliRunner, Result

from tcpview_tui import cli
from tcpview_tui.clock import SystemClock
from tcpview_tui.config import Settings
from tcpview_tui.listing import reverse
from tcpview_tui.listing.reverse import SECONDS, ReverseNames
from tcpview_tui.lookup.names import Names
from tcpview_tui.lookup.settings import Lookup
from tests.fakes import FakeSource, connection, listener
from tests.listing.test_compare import row
from tests.listing.test_listing import source
from tests.lookup.servers import HOSTILE, DnsServer
from tests.lookup.test_names import ptr

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["source"]

FAR = connection(1)  # 93.184.216.34
INSIDE = connection(2, remote=("10.1.2.3", 443))


def asking(server: DnsServer | None, seconds: float = 20.0) -> Settings:
    return Settings(lookup=Lookup(dns_server=server.address if server else "127.0.0.1:9", name_timeout=seconds))


def listed(monkeypatch: pytest.MonkeyPatch, server: DnsServer, *arguments: str) -> Result:
    settings = asking(server)
    monkeypatch.setattr(cli, "settled", lambda *_: (settings, None))
    return CliRunner().invoke(cli.live, ["list", "--names", *arguments], standalone_mode=False)


def test_the_names_of_public_addresses_are_found_and_nobody_else_is_asked_about() -> None:
    with DnsServer(ptr(a93_184_216_34="www.example.org.")) as server:
        found = ReverseNames(asking(server), SystemClock()).look_up(map(row, [FAR, INSIDE, listener(3, 80)]))
    assert found == {"93.184.216.34": "www.example.org"}
    assert server.asked == ["34.216.184.93.in-addr.arpa."]


class Hurried(SystemClock):
    """A clock that is past every deadline at the second glance."""

    def __init__(self) -> None:
        self._times = iter((0.0, 0.0))

    def monotonic(self) -> float:
        return next(self._times, SECONDS + 1)


def test_it_waits_no_longer_than_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    with DnsServer(mode="held") as server:
        names = ReverseNames(asking(server), Hurried())
        assert names.look_up([row(FAR)]) == {}
        assert capsys.readouterr().err == "Some names are left out: not found within 3 s.\n"
        names.close()


def test_a_server_that_fails_is_said_once(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reverse, "SECONDS", 20.0)
    with DnsServer(mode="SERVFAIL") as server:
        names = ReverseNames(asking(server), SystemClock())
        calls = [row(connection(n, remote=(f"8.8.8.{n}", 53))) for n in range(1, 9)]
        for _ in range(2):
            assert names.look_up(calls) == {}
    said = capsys.readouterr().err
    assert said.startswith("Some names are left out: DNS server 127.0.0.1:")
    assert said.count("\n") == 1


def test_offline_the_hosts_file_has_the_names_and_nobody_is_asked(
    source: FakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("93.184.216.34 far.example\n")
    monkeypatch.setattr(reverse, "Names", partial(Names, hosts=hosts))
    source.connections.append(connection(9, remote=("8.8.8.8", 53)))
    with DnsServer(ptr(a8_8_8_8="dns.google.")) as server:
        settings = msgspec.structs.replace(asking(server), offline=True)
        monkeypatch.setattr(cli, "settled", lambda *_: (settings, None))
        done = CliRunner().invoke(cli.live, ["list", "--names", "--format", "csv", "--columns", "remote,host"])
    assert {"93.184.216.34,far.example", "8.8.8.8,"} <= {*done.stdout.splitlines()}
    assert server.asked == []
    assert done.stderr == ""


def test_names_can_be_listed_sorted_and_filtered(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    with DnsServer(ptr(a93_184_216_34="www.example.org.")) as server:
        table = listed(monkeypatch, server)
        assert "www.example.org" in table.stdout
        assert "Remote name" in table.stdout
        chosen = listed(monkeypatch, server, "--format", "csv", "--columns", "host,lport", "--sort", "host")
        assert chosen.stdout.splitlines()[1:3] == ["www.example.org,50000", "www.example.org,50001"]
        without = listed(monkeypatch, server, "--format", "csv", "--columns", "lport", "--filter", "-host:example")
        assert without.stdout.splitlines() == ["Local port", "8080"]


def test_only_what_matches_is_asked_about(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    source.connections.append(connection(9, remote=("8.8.8.8", 53)))
    with DnsServer(ptr(a8_8_8_8="dns.google.")) as server:
        listed(monkeypatch, server, "--filter", "rport:53")
    assert server.asked == ["8.8.8.8.in-addr.arpa."]


def test_a_hostile_name_is_harmless(source: FakeSource, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = "".join(f"\\{ord(each):03d}" for each in HOSTILE[:40] if ord(each) < 256) + "."
    with DnsServer(ptr(a93_184_216_34=evil)) as server:
        out = listed(monkeypatch, server, "--format", "csv").stdout
    assert "\x1b" not in out
    assert "52" in out
