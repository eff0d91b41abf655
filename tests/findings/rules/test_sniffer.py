"""Which readers of packets are told, and how grave they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.machine import Sniffer, Tap, Unlooked
from tcpview_tui.findings.packet_readers import TRADES, Trade, trade_of
from tcpview_tui.findings.programs import base
from tcpview_tui.findings.rule import Hit, Severity, Unknown
from tcpview_tui.findings.rules.sniffer import SNIFFER
from tcpview_tui.model.connection import Namespace
from tests.fakes import CURL, EPOCH

ALL = Tap("packet", 3, "eth0", 7)
PROMISCUOUS = ALL._replace(promiscuous=True)
UNTOLD = ALL._replace(promiscuous=None)


def sniffer(executable: str | None, *taps: Tap, command: str | None = "x") -> Sniffer:
    return Sniffer(replace(CURL, executable=executable, command_line=command), taps or (ALL,), EPOCH)


SERVICES = [
    "/usr/sbin/dhclient", "/usr/sbin/dhcpcd", "/usr/sbin/NetworkManager", "/lib/systemd/systemd-networkd",
    "/usr/sbin/wpa_supplicant", "/usr/sbin/hostapd", "/usr/sbin/lldpd", "/usr/sbin/keepalived", "/usr/sbin/chronyd",
    "/usr/sbin/conntrackd", "/usr/sbin/odhcp6c", "/usr/lib/frr/ospf6d", "/usr/sbin/ptp4l",
]  # fmt: skip
PINGS = ["/usr/bin/ping", "/usr/bin/traceroute.db"]
MONITORS = [
    "/usr/bin/suricata", "/usr/bin/zeek", "/usr/sbin/snort3", "/usr/bin/ntopng", "/usr/sbin/softflowd",
    "/usr/sbin/ovs-vswitchd",
]  # fmt: skip


@pytest.mark.parametrize("executable", [*SERVICES, *PINGS, *MONITORS])
def test_programs_that_read_packets_by_trade_are_not_told(executable: str) -> None:
    assert SNIFFER.check(sniffer(executable, ALL, Tap("raw", 1, None, 8))) is None


@pytest.mark.parametrize("executable", MONITORS)
@pytest.mark.parametrize("promiscuous", [True, None])
def test_monitors_are_promiscuous_by_trade(executable: str, promiscuous: bool | None) -> None:
    assert SNIFFER.check(sniffer(executable, ALL, ALL._replace(inode=8, promiscuous=promiscuous))) is None


@pytest.mark.parametrize("executable", ["/opt/zeek/bin/zeek", "/usr/local/bin/zeek", "/opt/x/yaf"])
@pytest.mark.parametrize("promiscuous", [True, False, None])
def test_outside_of_the_directories_of_packages_a_name_makes_no_monitor(
    executable: str, promiscuous: bool | None
) -> None:
    hit = SNIFFER.check(sniffer(executable, ALL._replace(promiscuous=promiscuous)))
    assert isinstance(hit, Hit)
    assert hit.severity is Severity.LOW
    assert f"{base(executable)} is a monitor by its name" in hit.against


@pytest.mark.parametrize("executable", [*SERVICES, *PINGS, *MONITORS])
def test_one_whose_file_an_upgrade_has_replaced_is_the_same_program(executable: str) -> None:
    assert SNIFFER.check(sniffer(f"{executable} (deleted)")) is None


@pytest.mark.parametrize(
    ("executable", "severity", "against"),
    [
        *((each, Severity.MEDIUM, "is known to read packets, though not those meant for others") for each in SERVICES),
        *((each, Severity.HIGH, "None of the options of") for each in PINGS),
    ],
)
def test_the_others_are_told_in_promiscuous_mode(executable: str, severity: Severity, against: str) -> None:
    hit = SNIFFER.check(sniffer(executable, ALL, PROMISCUOUS))
    assert isinstance(hit, Hit)
    assert hit.severity is severity
    assert hit.sentence.count(" in promiscuous mode") == 1
    assert against in hit.against
    assert base(executable) in hit.against


@pytest.mark.parametrize("executable", [*SERVICES, *PINGS])
def test_where_the_kernel_does_not_tell_the_mode_they_are_not_cleared(executable: str) -> None:
    unknown = SNIFFER.check(sniffer(executable, ALL, UNTOLD))
    assert isinstance(unknown, Unknown)
    assert "promiscuous" in unknown.reason
    assert isinstance(SNIFFER.check(sniffer(executable, PROMISCUOUS, UNTOLD)), Hit)


@given(st.sampled_from([(trade, each) for trade in TRADES for each in sorted(trade.programs)]), st.booleans())
def test_every_program_has_one_trade_whatever_its_version(of: tuple[Trade, str], versioned: bool) -> None:
    trade, program = of
    assert trade_of(f"{program}-1.2" if versioned else program) is trade


@pytest.mark.parametrize(
    ("executable", "taps", "severity"),
    [
        ("/usr/bin/tcpdump", (PROMISCUOUS,), Severity.LOW),
        ("/usr/bin/tcpdump", (UNTOLD,), Severity.LOW),
        ("/usr/bin/dumpcap", (ALL,), Severity.LOW),
        ("/usr/bin/curl", (ALL,), Severity.MEDIUM),
        ("/usr/bin/curl", (ALL, PROMISCUOUS), Severity.HIGH),
        ("/usr/bin/curl", (UNTOLD,), Severity.MEDIUM),
        ("/tmp/dhclient", (ALL,), Severity.MEDIUM),
        ("/tmp/tcpdump", (PROMISCUOUS,), Severity.HIGH),
        ("/tmp/suricata", (PROMISCUOUS,), Severity.HIGH),
        (None, (ALL,), Severity.MEDIUM),
    ],
)
def test_tools_are_low_and_promiscuous_strangers_high(
    executable: str | None, taps: tuple[Tap, ...], severity: Severity
) -> None:
    hit = SNIFFER.check(sniffer(executable, *taps))
    assert isinstance(hit, Hit)
    assert hit.severity is severity
    assert ("this kernel does not tell" in hit.sentence) is (UNTOLD in taps)


@pytest.mark.parametrize(
    ("command", "is_told"), [("udhcpc -i eth0", False), ("/sbin/udhcpc", False), ("nc -l", True), (None, True)]
)
def test_a_program_that_is_many_is_what_it_is_called(command: str | None, is_told: bool) -> None:
    assert (SNIFFER.check(sniffer("/bin/busybox", command=command)) is not None) is is_told


def test_what_it_reads_is_told_once_each() -> None:
    taps = (
        ALL,
        ALL._replace(inode=8),
        Tap("raw", 1, None, 9),
        Tap("raw", 200, None, 10),
        Tap("packet", 0x88F7, None, 11),
    )
    hit = SNIFFER.check(sniffer("/tmp/x", *taps))
    assert isinstance(hit, Hit)
    assert hit.sentence.startswith(
        "curl (4242), which runs /tmp/x, reads every ICMP packet to this machine by a raw socket, every packet of "
        "EtherType 0x88f7 of every interface by a packet socket, every packet of eth0 by a packet socket, every "
        "protocol 200 packet to this machine by a raw socket, seen since "
    )


def test_a_tap_without_a_process_is_told_and_named() -> None:
    nobody = Sniffer(None, (ALL,), EPOCH)
    hit = SNIFFER.check(nobody)
    assert isinstance(hit, Hit)
    assert hit.sentence.startswith("no process in sight reads every packet of eth0")
    assert nobody.subject != nobody._replace(taps=(PROMISCUOUS._replace(inode=8),)).subject
    assert nobody.name == "packet socket 7"


@pytest.mark.parametrize(
    ("namespace", "container", "place"),
    [
        (None, "docker:0123456789ab", ""),
        (Namespace(4026532245), None, "netns 4026532245"),
        (Namespace(4026532245, "web"), None, "netns web"),
        (Namespace(4026532245), "docker:0123456789ab", "docker:0123456789ab"),
    ],
)
def test_a_tap_in_another_namespace_says_where(namespace: Namespace | None, container: str | None, place: str) -> None:
    taps = ALL._replace(namespace=namespace), Tap("raw", 1, None, 8, namespace=namespace)
    of = sniffer("/tmp/x", *taps)
    hit = SNIFFER.check(of._replace(process=replace(CURL, container=container)))
    assert isinstance(hit, Hit)
    assert f"every packet of eth0{place and f' in {place}'} by a packet socket" in hit.sentence
    assert f"every ICMP packet to {place or 'this machine'} by a raw socket" in hit.sentence


def test_a_place_that_nobody_could_look_into_is_unknown() -> None:
    unlooked = Unlooked("sniffer", Namespace(7, "web"), "It cannot be entered.")
    assert SNIFFER.check(unlooked) == Unknown("It cannot be entered.")
    assert unlooked.subject != Unlooked("sniffer", None, "").subject


def test_a_refusal_is_unknown() -> None:
    assert SNIFFER.check(Unread("Not root.")) == Unknown("Not root.")
    assert SNIFFER.check(Sniffer(Unread("Not root."), (ALL,), EPOCH)) == Unknown("Not root.")
