"""Processes that read packets which are not addressed to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Reading, Unread
from tcpview_tui.findings.programs import MULTI_CALL, is_steady, plain
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.text import count, local_time

if TYPE_CHECKING:
    from tcpview_tui.findings.machine import Sniffer, Tap
    from tcpview_tui.model.process import Process

_SERVICES = frozenset(
    {"arpwatch", "avahi-autoipd", "bird", "blackbox_exporter", "charon", "charon-systemd", "chronyd", "cilium-agent"}
    | {"connmand", "conntrackd", "dhclient", "dhcpcd", "dhcpd", "dhcrelay", "dnsmasq", "eigrpd", "fping", "hostapd"}
    | {"igmpproxy", "isisd", "iwd", "keepalived", "kea-dhcp", "kea-dhcp-ddns", "kube-vip", "ladvd", "lldpad", "lldpd"}
    | {"ndppd", "networkmanager", "nprobe", "ntopng", "odhcp6c", "odhcpd", "ospf6d", "ospfd", "ovs-vswitchd", "pimd"}
    | {"pluto", "pppoe", "pppoe-server", "ptp", "radvd", "rarpd", "smokeping", "snort", "softflowd", "suricata"}
    | {"systemd-networkd", "tailscaled", "teamd", "telegraf", "udhcpc", "udhcpd", "vrrpd", "wickedd-dhcp", "wicked"}
    | {"wpa_supplicant", "xl2tpd", "zabbix_server", "zebra", "zeek"}
)
"""Network services that work with such sockets all the time."""

_TOOLS = frozenset(
    {"arp-scan", "arping", "bettercap", "darkstat", "dumpcap", "ettercap", "hping", "iftop", "iptraf-ng", "iptraf"}
    | {"masscan", "mtr", "mtr-packet", "nethogs", "ngrep", "nmap", "nping", "p0f", "sngrep", "tcpdump", "tcpflow"}
    | {"tcptraceroute", "termshark", "trafshow", "tshark", "wireshark", "zmap"}
)
"""What an administrator starts to look at traffic; an intruder finds it there, too."""

_PINGS = frozenset({"clockdiff", "ping", "rdisc", "tracepath", "traceroute", "traceroute.db"})
"""What takes a raw socket for the few seconds of its run; Debian calls one ``traceroute.db``."""

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


def _check(evidence: Reading[Sniffer]) -> Answer:
    if isinstance(evidence, Unread):
        return Unknown(evidence.reason)
    process = evidence.process
    if isinstance(process, Unread):
        return Unknown(process.reason)
    program = _program(process)
    if program in _SERVICES or program in _PINGS:
        return None
    whose = process.label if process else "no process in sight"
    runs = f", which runs {process.executable}," if process and process.executable else ""
    sentence = f"{whose}{runs} reads {_reads(evidence.taps)}, seen since {local_time(evidence.since)}"
    if program in _TOOLS:
        return Hit(sentence, f"{program} is a tool of administrators: ask who runs it.", Severity.LOW)
    if any(tap.promiscuous for tap in evidence.taps):
        return Hit(sentence, "Monitoring and virtual networks do that, too.", Severity.HIGH)
    return Hit(sentence, _against(process))


def _program(process: Process | None) -> str:
    """Return the name of a program that lies where the administrator puts programs, else nothing.

    A program that is many, as busybox, counts as what it is called by.
    """
    if process is None or process.executable is None or not is_steady(process.executable):
        return ""
    name = plain(process.executable)
    if name in MULTI_CALL and process.command_line:
        return plain(process.command_line.partition(" ")[0])
    return name


def _reads(taps: tuple[Tap, ...]) -> str:
    told = sorted({_tap(tap) for tap in taps})
    more = f" and {count(len(told) - 4, 'other')}" if len(told) > 4 else ""
    return ", ".join(told[:4]) + more


def _tap(tap: Tap) -> str:
    if tap.kind == "raw":
        return (
            f"every {_PROTOCOLS.get(tap.protocol, f'protocol {tap.protocol}')} packet to this machine by a raw socket"
        )
    what = _ETHERTYPES.get(tap.protocol, f"every packet of EtherType 0x{tap.protocol:04x}")
    where = f"of {tap.interface}" if tap.interface else "of every interface"
    return f"{what} {where} by a packet socket" + (" in promiscuous mode" if tap.promiscuous else "")


def _against(process: Process | None) -> str:
    if process is None:
        return "The kernel may use it itself, or a message on its way to another process keeps it."
    if process.executable and is_steady(process.executable):
        return "Programs for DHCP, routing, VPN and monitoring work that way; this one is not known as such."
    return ""


SNIFFER: Rule[Reading[Sniffer]] = Rule(
    id="sniffer",
    version=1,
    title="Packet sniffer",
    of="machine",
    reads="/proc/net/{packet,raw,raw6} of this network namespace, sock_diag, /proc/PID/fd",
    severity=Severity.MEDIUM,
    technique="T1040",
    benign="Network services known to do so are not told (DHCP clients, NetworkManager, wpa_supplicant, keepalived, "
    "LLDP, Suricata, Zeek); tools as tcpdump and nmap are low; high in promiscuous mode.",
    check=_check,
)
