"""Community ID: one short name for a flow, the same in Zeek, Suricata, Wireshark, packet captures and here.

Version 1 of https://github.com/corelight/community-id-spec, for the transports whose ports the specification counts.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha1
from struct import pack
from typing import TYPE_CHECKING

from tcpview_tui.model.address import parse

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Endpoint, Transport

_SEED = 0
"""Sites may choose another, to keep their ids apart; nothing but 0 matches what other tools say by default."""

_PROTOCOLS: dict[Transport, int] = {"tcp": 6, "udp": 17}
"""IP protocol numbers (IANA)."""


def community_id(transport: Transport, local: Endpoint, remote: Endpoint | None) -> str | None:
    """Return the id of a flow, the same from either end: ``1:LQU9qZlK+B5F3KDmev6m5PMibrg=``.

    `None` for what has no flow (nobody is connected), another transport, or an address that is none. The zone of a
    link-local address is not part of a packet, and so not of the id.
    """
    protocol = _PROTOCOLS.get(transport)
    here, there = _packed(local), remote and _packed(remote)
    if protocol is None or here is None or there is None:
        return None
    (low, low_port), (high, high_port) = sorted((here, there))
    flow = pack("!H", _SEED) + low + high + pack("!BBHH", protocol, 0, low_port, high_port)
    return "1:" + b64encode(sha1(flow, usedforsecurity=False).digest()).decode()


def _packed(end: Endpoint) -> tuple[bytes, int] | None:
    address = parse(end.address.partition("%")[0])
    return None if address is None else (address.packed, end.port)
