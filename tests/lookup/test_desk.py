from __future__ import annotations

import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tcpview_tui.lookup import desk as desk_module
from tcpview_tui.lookup.cache import WhoisCache
from tcpview_tui.lookup.desk import Reply, WhoisDesk
from tcpview_tui.lookup.settings import Lookup
from tcpview_tui.lookup.whois import WhoisAnswer, WhoisFailure

from .conftest import WAIT, FakeClock
from .servers import ASN_RECORDS, DnsServer, RdapServer

if TYPE_CHECKING:
    from pathlib import Path


class Desk:
    """A desk, its cache and what it replied."""

    def __init__(self, directory: Path, clock: FakeClock, *, offline: bool = False, **settings: Any) -> None:
        self.replies: queue.Queue[Reply] = queue.Queue()
        self.cache = WhoisCache(directory, clock, 7.0)
        self.desk = WhoisDesk(Lookup(**{"whois_timeout": 20.0, **settings}), clock, self.cache, offline=offline)

    def reply(self, address: str = "8.8.8.8", *, fresh: bool = False) -> Reply:
        self.desk.ask(address, self.replies.put, fresh=fresh)
        return self.replies.get(timeout=WAIT)


def test_asked_once_then_remembered_unless_fresh(tmp_path: Path, clock: FakeClock) -> None:
    with RdapServer() as rdap, DnsServer(ASN_RECORDS) as dns_server:
        desk = Desk(tmp_path, clock, rdap_url=rdap.url, dns_server=dns_server.address)
        first, second = desk.reply(), desk.reply("::ffff:8.8.8.8")
        assert isinstance(first, WhoisAnswer)
        assert isinstance(second, WhoisAnswer)
        assert (first.from_cache, second.from_cache) == (False, True)
        assert first.owner == second.owner
        assert len(rdap.asked) == 1
        third = desk.reply(fresh=True)
        assert isinstance(third, WhoisAnswer)
        assert not third.from_cache
        assert len(rdap.asked) == 2


def test_a_failure_is_not_remembered(tmp_path: Path, clock: FakeClock) -> None:
    with RdapServer("500") as rdap, DnsServer(ASN_RECORDS) as dns_server:
        desk = Desk(tmp_path, clock, rdap_url=rdap.url, dns_server=dns_server.address)
        assert isinstance(desk.reply(), WhoisFailure)
        rdap.mode = "good"
        assert isinstance(desk.reply(), WhoisAnswer)


def test_local_addresses_need_neither_network_nor_cache(clock: FakeClock, contacted: set[int], tmp_path: Path) -> None:
    reply = Desk(tmp_path / "none", clock).reply("192.168.1.7")
    assert isinstance(reply, WhoisAnswer)
    assert "private" in reply.notes[0]
    assert contacted == set()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("mode", ["held", "drip-header"])
def test_the_limit_holds_while_the_server_still_keeps_the_thread(tmp_path: Path, clock: FakeClock, mode: str) -> None:
    with RdapServer(mode) as rdap, DnsServer(ASN_RECORDS) as dns_server:
        desk = Desk(tmp_path, clock, rdap_url=rdap.url, dns_server=dns_server.address, whois_timeout=1.0)
        reply = desk.reply()
        assert not rdap.release.is_set()
        assert isinstance(reply, WhoisFailure)
        assert "in time" in reply.reason
        assert reply.retryable


def test_a_thread_that_is_stuck_is_left(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, late = threading.Event(), threading.Event()

    def look_up(*args: object) -> WhoisAnswer:
        stuck.wait(WAIT)
        return WhoisAnswer("8.8.8.8", source="RDAP x", fetched_at=clock.wall())

    monkeypatch.setattr(desk_module, "look_up", look_up)
    desk = Desk(tmp_path, clock, whois_timeout=0.5)
    real_put = desk.cache.put

    def put(answer: WhoisAnswer) -> None:
        real_put(answer)
        late.set()

    monkeypatch.setattr(desk.cache, "put", put)
    reply = desk.reply()
    assert reply == WhoisFailure("8.8.8.8", "No server answered in time: gave up after 0.5 s.")
    stuck.set()
    assert late.wait(WAIT)
    # What came too late is no second reply, but the next question finds it.
    second = desk.reply()
    assert isinstance(second, WhoisAnswer)
    assert second.from_cache
    assert desk.replies.empty()


def test_after_cancel_nothing_is_delivered(tmp_path: Path, clock: FakeClock) -> None:
    with RdapServer("held") as rdap, DnsServer(ASN_RECORDS) as dns_server:
        desk = Desk(tmp_path, clock, rdap_url=rdap.url, dns_server=dns_server.address)
        before = set(threading.enumerate())
        inquiry = desk.desk.ask("8.8.8.8", desk.replies.put)
        workers = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("whois")]
        assert rdap.reached.wait(WAIT)
        inquiry.cancel()
        inquiry.cancel()
        rdap.release.set()
        for worker in workers:
            worker.join(WAIT)
            assert not worker.is_alive()
        assert desk.replies.empty()


def test_a_fault_inside_is_still_a_reply(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> Reply:
        raise RuntimeError("\x1b")

    monkeypatch.setattr(desk_module, "look_up", broken)
    reply = Desk(tmp_path, clock).reply()
    assert isinstance(reply, WhoisFailure)
    assert "RuntimeError" in reply.reason
    assert "\x1b" not in reply.reason


def test_offline_asks_nobody(tmp_path: Path, clock: FakeClock, contacted: set[int]) -> None:
    with RdapServer() as rdap, DnsServer(ASN_RECORDS) as dns_server:
        places: dict[str, Any] = {"rdap_url": rdap.url, "dns_server": dns_server.address}
        offline = Desk(tmp_path, clock, offline=True, **places)
        reply = offline.reply()
        assert isinstance(reply, WhoisFailure)
        assert "--offline" in reply.reason
        assert not reply.retryable
        assert contacted == set()
        assert isinstance(offline.reply("10.0.0.1"), WhoisAnswer)
        Desk(tmp_path, clock, **places).reply()
        remembered = offline.reply(fresh=True)
        assert isinstance(remembered, WhoisAnswer)
        assert remembered.from_cache
        assert len(rdap.asked) == 1


LEAVE = """
import threading
from tcpview_tui.clock import SystemClock
from tcpview_tui.lookup.desk import WhoisDesk
from tcpview_tui.lookup.settings import Lookup
WhoisDesk(Lookup(rdap_url={url!r}, dns_server={dns!r}, whois_timeout=300.0), SystemClock()).ask("8.8.8.8", print)
input()
"""


def test_leaving_does_not_wait(clock: FakeClock) -> None:
    with RdapServer("held") as rdap, DnsServer(ASN_RECORDS) as dns_server:
        program = LEAVE.format(url=rdap.url, dns=dns_server.address)
        with subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            assert rdap.reached.wait(WAIT)
            output, _ = process.communicate(b"\n", timeout=WAIT)
        assert not rdap.release.is_set()
        assert (process.returncode, output) == (0, b"")


def test_importing_is_cheap() -> None:
    program = (
        "import sys, tcpview_tui.lookup.desk, tcpview_tui.lookup.names, tcpview_tui.lookup.cache\n"
        "heavy = {'ipwhois', 'dns', 'ssl', 'urllib.request', 'textual', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=WAIT)
    assert done.stdout.strip() == "[]"
