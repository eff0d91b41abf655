"""How far away an address is, as far as its number tells: this machine, a network nearby, or beyond."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from tcpview_tui.model.address import is_loopback, parse

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection

_NEARBY = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16",
        "224.0.0.0/4", "255.255.255.255/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""Private (RFC 1918), shared (RFC 6598), link-local (RFC 3927, RFC 4291), multicast (RFC 5771), broadcast (RFC 919),
unique local (RFC 4193) and site-local (RFC 3879): no other network is reached by any of them."""


@lru_cache(maxsize=65_536)
def is_nearby(text: str) -> bool:
    """True for an address of this machine or of a network that no registry gives out; also for what is no address."""
    address = parse(text.partition("%")[0])
    return address is None or is_loopback(text) or any(address in network for network in _NEARBY)


def stays_here(connection: Connection) -> bool:
    """True when this machine talks to itself: over loopback, or by an address that it has."""
    remote = connection.remote
    return remote is not None and (is_loopback(remote.address) or remote.address == connection.local.address)
