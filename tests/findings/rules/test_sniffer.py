"""Which readers of packets are told, and how grave they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.machine import Sniffer, Tap
from tcpview_tui.findings.rule import Hit, Severity, Unknown
from tcpview_tui.findings.rules.sniffer import SNIFFER
from tests.fakes import CURL, EPOCH

ALL = Tap("packet", 3, "eth0", 7)
PROMISCUOUS = ALL._replace(promiscuous=True)


def sniffer(executable: str | None, *taps: Tap, command: str | None = "x") -> Sniffer:
    return Sniffer(replace(CURL, executable=executable, command_line=command), taps or (ALL,), EPOCH)


@pytest.mark.parametrize(
    "executable",
    [
        "/usr/sbin/dhclient", "/usr/sbin/dhcpcd", "/usr/sbin/NetworkManager", "/lib/systemd/systemd-networkd",
        "/usr/sbin/wpa_supplicant", "/usr/sbin/lldpd", "/usr/sbin/keepalived", "/usr/bin/suricata",
        "/opt/zeek/bin/zeek", "/usr/bin/ping", "/usr/bin/traceroute.db", "/usr/sbin/conntrackd", "/usr/sbin/snort3",
    ],
)  # fmt: skip
def test_services_that_work_so_are_not_told(executable: str) -> None:
    assert SNIFFER.check(sniffer(executable, PROMISCUOUS)) is None


@pytest.mark.parametrize(
    ("executable", "taps", "severity"),
    [
        ("/usr/bin/tcpdump", (PROMISCUOUS,), Severity.LOW),
        ("/usr/bin/dumpcap", (ALL,), Severity.LOW),
        ("/usr/bin/curl", (ALL,), None),
        ("/usr/bin/curl", (ALL, PROMISCUOUS), Severity.HIGH),
        ("/usr/bin/curl", (ALL._replace(promiscuous=None),), None),
        ("/tmp/dhclient", (ALL,), None),
        ("/tmp/tcpdump", (PROMISCUOUS,), Severity.HIGH),
        (None, (ALL,), None),
    ],
)
def test_tools_are_low_and_promiscuous_strangers_high(
    executable: str | None, taps: tuple[Tap, ...], severity: Severity | None
) -> None:
    hit = SNIFFER.check(sniffer(executable, *taps))
    assert isinstance(hit, Hit)
    assert hit.severity is severity


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


def test_a_refusal_is_unknown() -> None:
    assert SNIFFER.check(Unread("Not root.")) == Unknown("Not root.")
    assert SNIFFER.check(Sniffer(Unread("Not root."), (ALL,), EPOCH)) == Unknown("Not root.")
