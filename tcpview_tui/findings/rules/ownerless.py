"""Sockets that no process has, where all processes can be seen."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.model.connection import State, Unowned
from tcpview_tui.text import count, duration

if TYPE_CHECKING:
    from tcpview_tui.findings.machine import Ownerless
    from tcpview_tui.model.connection import Connection

LOOKS = 2
"""The fewest looks in a row that must have found it so."""

SECONDS = 10.0
"""The shortest time between the first and the last of them: processes hand sockets to each other in less."""

_LOCAL = {
    ("tcp", 445): "the SMB server ksmbd", ("tcp", 2049): "the NFS server", ("udp", 2049): "the NFS server",
    ("tcp", 3260): "the iSCSI target LIO", ("tcp", 4420): "the NVMe target", ("udp", 1701): "L2TP",
    ("udp", 2152): "GTP", ("udp", 4500): "IPsec (ESP in UDP)", ("udp", 4789): "VXLAN", ("udp", 6081): "Geneve",
    ("udp", 6118): "TIPC", ("udp", 7001): "the AFS client", ("udp", 8472): "VXLAN (flannel, Linux's old port)",
    ("udp", 51820): "WireGuard", ("udp", 51821): "WireGuard", ("tcp", 21064): "DLM", ("tcp", 7777): "OCFS2",
    ("tcp", 16385): "RDS",
}  # fmt: skip
"""What the kernel serves by itself, by its own port: IANA, and the defaults of the kernel's modules."""

_REMOTE = {
    111: "an NFS client asking for ports", 139: "the CIFS client", 445: "the CIFS client", 564: "the 9P client",
    2049: "the NFS client", 3240: "USB over IP", 3260: "the iSCSI initiator", 3300: "the Ceph client",
    4420: "the NVMe initiator", 6789: "the Ceph client", 8009: "the NVMe initiator", 10809: "a network block device",
    20048: "an NFS client mounting", 21064: "DLM", 7777: "OCFS2", 16385: "RDS",
    **dict.fromkeys(range(7788, 7800), "DRBD"), **dict.fromkeys(range(6800, 6900), "the Ceph client"),
}  # fmt: skip
"""What the kernel connects to by itself, by the other side's port."""

_BENIGN = {State.TIME_WAIT, State.SYN_RECEIVED}
_LATER = {Unowned.PENDING, Unowned.ENDED, Unowned.QUEUED}
"""Why there is none yet, or no more: nothing to wonder at."""


def _check(evidence: Ownerless) -> Answer:
    connection = evidence.row.connection
    if connection.owners or connection.state in _BENIGN or connection.unowned in _LATER:
        return None
    if not evidence.is_root:
        return Unknown("The owners of all sockets are told to root only.")
    if connection.namespace is not None:
        return Unknown("It is in another network namespace: who uses it there is not all to be seen from here.")
    if connection.unowned is not Unowned.KERNEL:
        why = connection.unowned.value if connection.unowned else "this source does not say why no owner is known"
        return Unknown(f"Nobody can tell whether it has an owner: {why}.")
    if evidence.looks < LOOKS or evidence.seconds < SECONDS:
        return None
    return _hit(evidence, connection)


def _hit(evidence: Ownerless, connection: Connection) -> Hit:
    looks = f"in {count(evidence.looks, 'look')} within {duration(evidence.seconds)}"
    user = f"; the kernel books it to {connection.user}" if connection.user else ""
    sentence = f"{connection.ends} is open and no process has it, {looks}{user}"
    outward, service = _is_outward(connection), _service(connection)
    if service:
        told = f"By its port, which anybody can choose, it is that of {service}, which is in the kernel."
        return Hit(sentence, told, None if outward else Severity.LOW)
    against = (
        "The kernel opens sockets for WireGuard, NFS (locks and callbacks on any port), RPC and tunnels by itself; so "
        "do files that only io_uring or a message on its way keeps."
    )
    return Hit(sentence, against, Severity.HIGH if outward else None)


def _service(connection: Connection) -> str | None:
    """Return which part of the kernel a socket is likely that of."""
    if connection.transport == "raw":
        return None
    own = _LOCAL.get((connection.transport, connection.local.port))
    return own or (_REMOTE.get(connection.remote.port) if connection.remote else None)


def _is_outward(connection: Connection) -> bool:
    """Whether it is connected with an address of the Internet: the kernel's own work is seldom so far away."""
    if connection.remote is None or connection.transport != "tcp":
        return False
    return ip_address(connection.remote.address).is_global


OWNERLESS: Rule[Ownerless] = Rule(
    id="ownerless",
    version=1,
    title="Socket that no process has",
    of="connection",
    reads="the open files of all processes, as root, in two looks at least 10 s apart",
    severity=Severity.MEDIUM,
    technique="T1014",
    benign="Sockets of the kernel itself: NFS, WireGuard, iSCSI, CIFS, RPC, tunnels; low on the ports of these, a "
    "step more for a TCP connection to the Internet.",
    check=_check,
)
