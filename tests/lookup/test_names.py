from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dns.resolver
import pytest

from tcpview_tui.lookup import names as names_module
from tcpview_tui.lookup.hosts import Hosts
from tcpview_tui.lookup.names import FAILED_SECONDS, FOUND_SECONDS, NAMELESS_SECONDS, Names
from tcpview_tui.lookup.patience import LONGEST_PAUSE_SECONDS, PAUSE_SECONDS, Patience
from tcpview_tui.lookup.settings import Lookup
from tcpview_tui.text import safe

from .conftest import WAIT, FakeClock
from .servers import DnsServer

if TYPE_CHECKING:
    from pathlib import Path


def reverse(address: str) -> str:
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa."


def ptr(**names: str) -> dict[tuple[str, str], list[str]]:
    return {(reverse(address.replace("_", ".").lstrip("a")), "PTR"): [name] for address, name in names.items()}


def settle() -> None:
    while workers := [thread for thread in threading.enumerate() if thread.name == "names"]:
        workers[0].join(WAIT)
        assert not workers[0].is_alive()


class Watched:
    """Names, and everything they reported."""

    def __init__(
        self, clock: FakeClock, hosts: Path, dns_server: str = "", *, offline: bool = False, **more: Any
    ) -> None:
        self.reports: queue.Queue[dict[str, str]] = queue.Queue()
        lookup = Lookup(**{"dns_server": dns_server, "name_timeout": 20.0, **more})
        self.names = Names(lookup, clock, self.report, offline=offline, hosts=hosts)

    def report(self, news: Mapping[str, str]) -> None:
        self.reports.put(dict(news))

    def want(self, *addresses: str) -> None:
        self.names.want(addresses)

    def news(self) -> dict[str, str]:
        return self.reports.get(timeout=WAIT)

    def gather(self, count: int) -> dict[str, str]:
        found: dict[str, str] = {}
        while len(found) < count:
            found |= self.news()
        return found

    def settled(self) -> None:
        """Wait until no look-up thread is left."""
        settle()


def test_names_are_found_and_reported_once(clock: FakeClock, no_hosts: Path, contacted: set[int]) -> None:
    with DnsServer(ptr(a8_8_8_8="dns.google.", a9_9_9_9="dns9.quad9.net.")) as server:
        watched = Watched(clock, no_hosts, server.address)
        assert watched.names.known == {}
        watched.want("8.8.8.8", "9.9.9.9", "8.8.8.8", "rubbish", "1.1.1.1")
        assert watched.gather(2) == {"8.8.8.8": "dns.google", "9.9.9.9": "dns9.quad9.net"}
        watched.settled()
        watched.want("8.8.8.8", "9.9.9.9", "1.1.1.1")
        watched.settled()
        assert sorted(server.asked) == [reverse("1.1.1.1"), reverse("8.8.8.8"), reverse("9.9.9.9")]
        assert watched.names.known == {"8.8.8.8": "dns.google", "9.9.9.9": "dns9.quad9.net"}
        assert watched.reports.empty()
        assert watched.names.problem is None
        assert contacted == {server.port}


def test_ipv6_and_mapped_addresses(clock: FakeClock, no_hosts: Path) -> None:
    name = "8.8.8.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.8.4.0.6.8.4.1.0.0.2.ip6.arpa."
    with DnsServer({(name, "PTR"): ["dns.google."], **ptr(a8_8_8_8="dns.google.")}) as server:
        watched = Watched(clock, no_hosts, server.address)
        watched.want("2001:4860:4860::8888%eth0", "::ffff:8.8.8.8")
        assert watched.gather(2) == {"2001:4860:4860::8888%eth0": "dns.google", "::ffff:8.8.8.8": "dns.google"}


def test_nothing_is_asked_before_it_is_wanted(clock: FakeClock, no_hosts: Path) -> None:
    with DnsServer() as server:
        watched = Watched(clock, no_hosts, server.address)
        watched.want()
        watched.settled()
        assert server.asked == []


def test_private_addresses_are_looked_up_in_the_hosts_file_only(
    clock: FakeClock, tmp_path: Path, contacted: set[int]
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_bytes(
        b"# comment\n10.0.0.5 nas nas.lan # the box\n::1 localhost\n8.8.4.4\tours\nbroken\n\xff\n10.0.0.5 late\n"
    )
    with DnsServer() as server:
        watched = Watched(clock, hosts, server.address)
        watched.want(
            "10.0.0.5", "::1", "8.8.4.4", "127.0.0.1", "192.168.1.1", "fe80::1%eth0", "169.254.169.254", "100.64.0.1"
        )
        assert watched.gather(3) == {"10.0.0.5": "nas", "::1": "localhost", "8.8.4.4": "ours"}
        watched.settled()
        assert server.asked == []
        assert contacted == set()


def test_offline_uses_the_hosts_file_only(clock: FakeClock, no_hosts: Path, contacted: set[int]) -> None:
    watched = Watched(clock, no_hosts, "127.0.0.1:53", offline=True)
    watched.want("8.8.8.8")
    watched.settled()
    assert contacted == set()


def test_a_changed_hosts_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    hosts = Hosts(file)
    assert hosts.name("10.0.0.1") is None
    file.write_text("10.0.0.1 one")
    assert hosts.name("10.0.0.1") == "one"
    file.write_text("10.0.0.1 another\x1b[31m")
    assert hosts.name("10.0.0.1") == "another\\x1b[31m"
    file.unlink()
    file.mkdir()
    assert hosts.name("10.0.0.1") is None


def test_expiry_keeps_the_old_name_until_the_new_one_is_there(clock: FakeClock, no_hosts: Path) -> None:
    with DnsServer(ptr(a8_8_8_8="old.example.")) as server:
        watched = Watched(clock, no_hosts, server.address)
        watched.want("8.8.8.8", "1.1.1.1")
        watched.gather(1)
        watched.settled()
        server.records = ptr(a8_8_8_8="new.example.", a1_1_1_1="one.example.")
        clock.since_start += NAMELESS_SECONDS + 1
        watched.want("8.8.8.8", "1.1.1.1")
        assert watched.gather(1) == {"1.1.1.1": "one.example"}
        clock.since_start += FOUND_SECONDS
        assert watched.names.known["8.8.8.8"] == "old.example"
        watched.want("8.8.8.8")
        assert watched.news() == {"8.8.8.8": "new.example"}
        clock.since_start += FOUND_SECONDS + 1
        server.records = {}
        watched.want("8.8.8.8")
        assert watched.news() == {"8.8.8.8": ""}
        assert "8.8.8.8" not in watched.names.known


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("\\027]52\\;c\\;eA==\\007.example.", "\\027]52\\;c\\;eA==\\007.example"),
        ("[/x].\\155\\226\\128\\174evil.", "[/x].\\155\\226\\128\\174evil"),
        (".".join(["x" * 60] * 4) + ".", ".".join(["x" * 60] * 4)),
    ],
)
def test_hostile_names_are_text(clock: FakeClock, no_hosts: Path, answer: str, shown: str) -> None:
    with DnsServer(ptr(a8_8_8_8=answer)) as server:
        watched = Watched(clock, no_hosts, server.address)
        watched.want("8.8.8.8")
        name = watched.news()["8.8.8.8"]
        assert name == shown == safe(name)


def test_at_most_so_many_queries_are_under_way(clock: FakeClock, no_hosts: Path) -> None:
    with DnsServer(mode="held") as server:
        watched = Watched(clock, no_hosts, server.address, name_parallel=3)
        watched.want(*(f"8.8.{number}.8" for number in range(40)))
        watched.want(*(f"8.8.{number}.8" for number in range(40)))
        assert server.reached.wait(WAIT)
        assert sum(thread.name == "names" for thread in threading.enumerate()) <= 3
        server.release.set()
        watched.settled()
        assert len(server.asked) == 40
        assert server.most_underway <= 3


def test_the_queue_and_the_memory_are_bounded(
    clock: FakeClock, no_hosts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names_module, "QUEUE_LIMIT", 10)
    monkeypatch.setattr(names_module, "KEPT_LIMIT", 4)
    with DnsServer(ptr(**{f"a8_8_{number}_8": f"n{number}.example." for number in range(50)}), mode="held") as server:
        watched = Watched(clock, no_hosts, server.address, name_parallel=1)
        watched.want(*(f"8.8.{number}.8" for number in range(50)))
        server.release.set()
        watched.settled()
        assert len(server.asked) == 10
        assert len(watched.names.known) == 4
        assert watched.names.known["8.8.9.8"] == "n9.example"


@pytest.mark.parametrize(
    ("mode", "problem"), [("silent", "does not answer"), ("REFUSED", "errors only"), ("garbage", "does not answer")]
)
def test_a_broken_server_is_reported_and_left_alone(clock: FakeClock, no_hosts: Path, mode: str, problem: str) -> None:
    with DnsServer(mode=mode) as server:
        watched = Watched(clock, no_hosts, server.address, name_parallel=1, name_timeout=0.2)
        addresses = [f"8.8.{number}.8" for number in range(20)]
        watched.want(*addresses)
        assert watched.news() == {}
        assert problem in str(watched.names.problem)
        assert server.address in str(watched.names.problem)
        watched.settled()
        asked = {*server.asked}
        assert len(asked) == 3
        watched.want(*addresses)
        watched.settled()
        assert {*server.asked} == asked
        # After the pause one query tries again; it fails, and the next pause is longer.
        clock.since_start += 16.0
        watched.want()
        watched.settled()
        assert len({*server.asked}) == 4
        clock.since_start += 16.0
        watched.want()
        watched.settled()
        assert len({*server.asked}) == 4
        # Only the failures above are meant to be quick; the machine that runs this may be busy.
        watched.names._settings = Lookup(dns_server=server.address, name_timeout=20.0)
        # It comes back: the rest of the queue follows, and the problem is over.
        server.mode, server.records = "good", ptr(**{f"a8_8_{number}_8": f"n{number}.example." for number in range(20)})
        clock.since_start += LONGEST_PAUSE_SECONDS
        watched.want(*addresses)
        assert len(watched.gather(20)) == 20
        watched.settled()
        assert watched.names.problem is None


def test_one_failure_is_tried_again_later(clock: FakeClock, no_hosts: Path) -> None:
    with DnsServer(mode="SERVFAIL") as server:
        watched = Watched(clock, no_hosts, server.address)
        watched.want("8.8.8.8")
        watched.settled()
        assert watched.names.problem is None
        server.mode, server.records = "good", ptr(a8_8_8_8="dns.google.")
        watched.want("8.8.8.8")
        watched.settled()
        assert watched.reports.empty()
        clock.since_start += FAILED_SECONDS + 1
        watched.want("8.8.8.8")
        assert watched.news() == {"8.8.8.8": "dns.google"}


def test_a_machine_without_dns_configuration(clock: FakeClock, no_hosts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unconfigured(*args: object, **kwargs: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "read_resolv_conf", unconfigured)
    watched = Watched(clock, no_hosts)
    watched.want("8.8.8.8")
    assert watched.news() == {}
    assert watched.names.problem == "names: this machine has no DNS server configured; lookup.dns_server can name one"


def test_reports_come_one_at_a_time(clock: FakeClock, no_hosts: Path) -> None:
    entered, leave = threading.Event(), threading.Event()
    inside: list[int] = []
    seen: dict[str, str] = {}
    calls: list[int] = []

    def slow(news: Mapping[str, str]) -> None:
        inside.append(1)
        calls.append(len(inside))
        entered.set()
        leave.wait(WAIT)
        seen.update(news)
        inside.pop()

    records = ptr(**{f"a8_8_{number}_8": f"n{number}.example." for number in range(30)})
    with DnsServer(records) as server:
        names = Names(Lookup(dns_server=server.address, name_timeout=20.0), clock, slow, hosts=no_hosts)
        names.want(f"8.8.{number}.8" for number in range(30))
        assert entered.wait(WAIT)
        # The others go on while one report is being listened to, and their news wait for it together.
        leave.set()
        settle()
        assert len(seen) == 30
        assert set(calls) == {1}


def test_after_close_nothing_is_asked_or_reported(clock: FakeClock, no_hosts: Path) -> None:
    with DnsServer(ptr(a8_8_8_8="dns.google."), mode="held") as server:
        watched = Watched(clock, no_hosts, server.address, name_parallel=1)
        watched.want("8.8.8.8", "9.9.9.9")
        assert server.reached.wait(WAIT)
        watched.names.close()
        watched.want("1.1.1.1")
        server.release.set()
        watched.settled()
        assert server.asked == [reverse("8.8.8.8")]
        assert watched.reports.empty()


def test_patience() -> None:
    patience = Patience()
    assert [patience.fail(0.0), patience.fail(0.0)] == [False, False]
    assert patience.places(0.0, 8) == 8
    pauses, now = [], 0.0
    for _ in range(8):
        assert patience.fail(now)
        assert not patience.fail(now)
        assert patience.places(now, 8) == 0
        begun = now
        while not patience.places(now, 8):
            now += 1.0
        assert patience.places(now, 8) == 1
        pauses.append(now - begun)
    assert pauses == [PAUSE_SECONDS, 30.0, 60.0, 120.0, 240.0, *[LONGEST_PAUSE_SECONDS] * 3]
    patience.recover()
    assert patience.places(now, 8) == 8
    assert patience.fail(now, hopeless=True)
