"""Processes that read packets which are not addressed to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.machine import Unlooked
from tcpview_tui.findings.packet_readers import STRANGERS, trade_of
from tcpview_tui.findings.programs import MULTI_CALL, base, is_steady, plain
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.package import is_of_packages
from tcpview_tui.model.container import namespace_label
from tcpview_tui.text import count, local_time

if TYPE_CHECKING:
    from tcpview_tui.findings.machine import Sniffer, Tap
    from tcpview_tui.model.connection import Namespace
    from tcpview_tui.model.process import Process

_ETHERTYPES = {
    0x0001: "every frame", 0x0003: "every packet", 0x0004: "every IEEE 802.2 frame", 0x0800: "every IPv4 packet",
    0x0806: "every ARP packet", 0x86DD: "every IPv6 packet", 0x888E: "every EAPOL packet", 0x88CC: "every LLDP packet",
}  # fmt: skip
"""linux/if_ether.h."""

_PROTOCOLS = {
    1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP", 47: "GRE", 50: "ESP", 51: "AH", 58: "ICMPv6", 89: "OSPF", 103: "PIM",
    112: "VRRP", 132: "SCTP",
}  # fmt: skip
"""IP protocol numbers (IANA)."""

_MODES = {True: " in promiscuous mode", False: "", None: " (whether in promiscuous mode, this kernel does not tell)"}

_UNTOLD = (
    "It reads packets by trade; whether also those meant for others, in promiscuous mode, this kernel does not tell: "
    "it has no sock_diag for packet sockets (CONFIG_PACKET_DIAG)."
)


def _check(evidence: Reading[Sniffer | Unlooked]) -> Answer:
    if isinstance(evidence, Unread | Unlooked):
        return Unknown(evidence.reason)
    process = evidence.process
    if isinstance(process, Unread):
        return Unknown(process.reason)
    program = _program(process)
    packaged = process is not None and is_of_packages(process.program or "")
    trade, loud = trade_of(program, packaged), _is_promiscuous(evidence.taps)
    severity = trade.loud if loud else trade.quiet
    if severity is None:
        return Unknown(_UNTOLD) if loud is None and trade.loud else None
    against = trade.against.format(program) if loud or trade is not STRANGERS else _against(process)
    return Hit(_sentence(evidence, process), against, severity)


def _is_promiscuous(taps: tuple[Tap, ...]) -> bool | None:
    """Return whether one of them gets what is meant for others; `None` where the kernel does not tell."""
    return any(tap.promiscuous for tap in taps) or (None if any(tap.promiscuous is None for tap in taps) else False)


def _sentence(evidence: Sniffer, process: Process | None) -> str:
    whose = process.label if process else "no process in sight"
    runs = f", which runs {process.executable}," if process and process.executable else ""
    told = sorted({_tap(tap, _place(process, tap.namespace)) for tap in evidence.taps})
    more = f" and {count(len(told) - 4, 'other')}" if len(told) > 4 else ""
    return f"{whose}{runs} reads {', '.join(told[:4])}{more}, seen since {local_time(evidence.since)}"


def _program(process: Process | None) -> str:
    """Return the name of a program that lies where the administrator puts programs, else nothing.

    A program that is many, as busybox, counts as what it is called by.
    """
    if process is None or process.program is None or not is_steady(process.program):
        return ""
    if plain(process.program) in MULTI_CALL and process.command_line:
        return base(process.command_line.partition(" ")[0])
    return base(process.program)


def _place(process: Process | None, namespace: Namespace | None) -> str:
    """Return where a tap is: the container of its process, else the namespace; nothing where it is this program's."""
    container = process.container if process else None
    return (container or f"netns {namespace_label(namespace)}") if namespace else ""


def _tap(tap: Tap, place: str) -> str:
    if tap.kind == "raw":
        what = _PROTOCOLS.get(tap.protocol, f"protocol {tap.protocol}")
        return f"every {what} packet to {place or 'this machine'} by a raw socket"
    what = _ETHERTYPES.get(tap.protocol, f"every packet of EtherType 0x{tap.protocol:04x}")
    where = f" of {tap.interface or 'every interface'}" + (f" in {place}" if place else "")
    return f"{what}{where} by a packet socket{_MODES[tap.promiscuous]}"


def _against(process: Process | None) -> str:
    if process is None:
        return "The kernel may use it itself, or a message on its way to another process keeps it."
    if process.executable and is_steady(process.executable):
        return "Programs for DHCP, routing, VPN and monitoring work that way; this one is not known as such."
    return ""


SNIFFER: Rule[Reading[Sniffer | Unlooked]] = Rule(
    id="sniffer",
    version=2,
    title="Packet sniffer",
    of="machine",
    reads="/proc/net/{packet,raw,raw6} and sock_diag of every network namespace, /proc/PID/fd",
    severity=Severity.MEDIUM,
    technique="T1040",
    benign="Network services known to do so are not told (DHCP clients, NetworkManager, wpa_supplicant, keepalived, "
    "LLDP), nor ping, as long as they are not in promiscuous mode; monitors that need it (Suricata, Zeek, ntopng, Open "
    "vSwitch) never, and low outside of the directories of packages. Tools as tcpdump and nmap are low; others are "
    "high in promiscuous mode.",
    check=_check,
)
