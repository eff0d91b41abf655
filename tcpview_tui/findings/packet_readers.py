"""Programs that read packets by trade: what of it is usual, and how grave what is not."""

from __future__ import annotations

from typing import NamedTuple

from tcpview_tui.findings.programs import plain
from tcpview_tui.findings.rule import Severity


class Trade(NamedTuple):
    """What one kind of program is told for, and what speaks against it, with the name of the program as ``{}``.

    `quiet` is the severity where it reads packets that reach this machine, `loud` in promiscuous mode (packet(7)),
    where it gets what is meant for others; `None` where that is usual.
    """

    programs: frozenset[str]
    quiet: Severity | None
    loud: Severity | None
    against: str = ""


MONITORS = Trade(
    frozenset(
        {"argus", "arpwatch", "fprobe", "nfpcapd", "nprobe", "ntopng", "ovs-vswitchd", "packetbeat", "pmacctd"}
        | {"snort", "softflowd", "suricata", "yaf", "zeek"}
    ),
    quiet=None,
    loud=None,
)
"""Services that are there to see all traffic: intrusion detection, flow accounting, a virtual switch."""

NAMESAKES = MONITORS._replace(
    quiet=Severity.LOW,
    loud=Severity.LOW,
    against="{} is a monitor by its name, and lies where no distribution puts one: ask who installed it.",
)
"""What is called like one of them, and is outside of the directories of packages."""

SERVICES = Trade(
    frozenset(
        {"avahi-autoipd", "bird", "blackbox_exporter", "charon", "charon-systemd", "chronyd", "cilium-agent"}
        | {"connmand", "conntrackd", "dhclient", "dhcpcd", "dhcpd", "dhcrelay", "dnsmasq", "eigrpd", "fping", "hostapd"}
        | {"igmpproxy"}
        | {"isisd", "iwd", "keepalived", "kea-dhcp", "kea-dhcp-ddns", "kube-vip", "ladvd", "lldpad", "lldpd", "ndppd"}
        | {"networkmanager", "odhcp6c", "odhcpd", "ospf6d", "ospfd", "pimd", "pluto", "pppoe", "pppoe-server", "ptp4l"}
        | {"radvd", "rarpd", "smokeping", "systemd-networkd", "tailscaled", "teamd", "telegraf", "udhcpc", "udhcpd"}
        | {"vrrpd", "wicked", "wickedd-dhcp", "wpa_supplicant", "xl2tpd", "zabbix_server", "zebra"}
    ),
    quiet=None,
    loud=Severity.MEDIUM,
    against="{} is known to read packets, though not those meant for others; a plug-in or an unusual setting may.",
)
"""Network services that have such sockets all the time, for packets to this machine or to a group that it is in."""

PINGS = Trade(
    frozenset({"clockdiff", "ping", "rdisc", "tracepath", "traceroute", "traceroute.db"}),
    quiet=None,
    loud=Severity.HIGH,
    against="None of the options of {} is known to do that.",
)
"""What takes a raw socket for the few seconds of its run; Debian calls one ``traceroute.db``."""

TOOLS = Trade(
    frozenset(
        {"arp-scan", "arping", "bettercap", "darkstat", "dumpcap", "ettercap", "hping", "iftop", "iptraf-ng", "iptraf"}
        | {"masscan", "mtr", "mtr-packet", "nethogs", "ngrep", "nmap", "nping", "p0f", "sngrep", "tcpdump", "tcpflow"}
        | {"tcptraceroute", "termshark", "trafshow", "tshark", "wireshark", "zmap"}
    ),
    quiet=Severity.LOW,
    loud=Severity.LOW,
    against="{} is a tool of administrators: ask who runs it.",
)
"""What an administrator starts to look at traffic; an intruder finds it there, too."""

STRANGERS = Trade(
    frozenset(), quiet=Severity.MEDIUM, loud=Severity.HIGH, against="Monitoring and virtual networks do that, too."
)
"""All others."""

TRADES = (MONITORS, SERVICES, PINGS, TOOLS)


def trade_of(program: str, packaged: bool = True) -> Trade:
    """Return the trade of a program, by its name, with a version or without: ``ospf6d``, ``snort3``.

    `packaged` tells whether it lies where packages alone put programs: nothing else proves what sees all traffic.
    """
    names = {program, plain(program)}
    found = next((trade for trade in TRADES if names & trade.programs), STRANGERS)
    return NAMESAKES if found is MONITORS and not packaged else found
