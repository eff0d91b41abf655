"""What of a connection is the same tomorrow: the program, where it listens, which networks it talks to."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.model.address import is_loopback, parse

if TYPE_CHECKING:
    from tcpview_tui.model.address import Address
    from tcpview_tui.model.connection import Connection
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row

AsnOf = Callable[[str], int | None]
"""Returns the number of the autonomous system that an address belongs to (RFC 1930); `None` when nobody knows it."""

LENT_FROM = 32_768
"""The least port that Linux lends to a socket that asks for none (ip(7), ip_local_port_range); others, from 49,152."""

DYNAMIC = "dynamic"
"""What stands for all ports from there on: they are others tomorrow."""

PUBLIC, LOOPBACK, ANY, ONE = "public", "loopback", "any", "one"
"""Classes of addresses: strangers, this machine; a listener's every address, or one of them."""

_LENGTHS = {4: 24, 6: 48}
"""Bits of a network: the shortest prefixes that the Internet routes, which is what a site has at least (RFC 6177)."""

_UNSPECIFIED = frozenset({"0.0.0.0", "::"})  # noqa: S104 - nothing is bound to them here
_KEPT = 65_536

_PASSING = re.compile(r"(?<=@).+(?=\.)|(?<=^run-).+(?=\.)|(?<=-)[0-9a-f-]*\d[0-9a-f-]*(?=\.scope$)")
"""What of the name of a unit is another one at the next start: an instance, a transient unit, a session's number."""


class Program(NamedTuple):
    """An executable and where it runs: the same shell in another service is another program."""

    path: str
    place: str

    @property
    def label(self) -> str:
        """The program in words: ``/usr/sbin/nginx in nginx.service``."""
        return f"{self.path} in {self.place}" if self.place else self.path


def program_of(process: Process) -> Program | None:
    """Return the program of a process; `None` when its executable is not known. A deleted one counts as it was."""
    if process.program is None:
        return None
    return Program(process.program, _place(process.service or "", process.container or ""))


def listened(connection: Connection) -> tuple[str, str] | None:
    """Return the class of the address and the port that a connection listens at, ``any`` and ``tcp/443``.

    `None` when it does not. A datagram socket at a port that the system has lent is one that asks, not one that serves,
    and a raw socket overhears what others serve.
    """
    if not connection.is_listening or connection.transport == "raw":
        return None
    address, port = connection.local
    if connection.transport != "tcp" and port >= LENT_FROM:
        return None
    where = ANY if address in _UNSPECIFIED else LOOPBACK if is_loopback(address) else ONE
    return where, service(connection.transport, port)


def service(transport: str, port: int) -> str:
    """Return how a port is spelled: ``tcp/443``; ``raw/1`` is an IP protocol."""
    return f"{transport}/{DYNAMIC if port >= LENT_FROM else port}"


class Talk(NamedTuple):
    """Who opened a connection, the address of the other end, and the port that was opened."""

    way: str
    address: str
    service: str


def talked(row: Row) -> Talk | None:
    """Return what a row says of a conversation; `None` when it is none."""
    connection = row.connection
    if connection.remote is None or connection.is_listening:
        return None
    way, port = ("from", connection.local.port) if row.direction == "in" else ("to", connection.remote.port)
    return Talk(way, connection.remote.address, service(connection.transport, port))


class Networks:
    """Names of the networks of addresses: those of an AS, where its number is known, and those of their prefix."""

    def __init__(self, asn_of: AsnOf | None = None) -> None:
        self.knows_asn = asn_of is not None
        self._asn_of = lru_cache(_KEPT)(asn_of or (lambda _: None))

    def of(self, talk: Talk) -> tuple[str, ...]:
        """Return every name of the network of the other end, the widest first: ``AS13335``, ``1.1.1.0/24``.

        Whoever comes from the Internet is of the one network ``public``: a server's callers are strangers every day.
        """
        prefix, is_public = _prefix(talk.address)
        if not is_public:
            return (prefix,)
        if talk.way == "from":
            return (PUBLIC,)
        asn = self._asn_of(talk.address)
        return (prefix,) if asn is None else (f"AS{asn}", prefix)

    def names(self, talk: Talk) -> list[str]:
        """Return every name of what was said, the widest first: ``to AS13335 tcp/443``."""
        return [f"{talk.way} {network} {talk.service}" for network in self.of(talk)]


@lru_cache(_KEPT)
def _prefix(text: str) -> tuple[str, bool]:
    """Return the network of an address, and whether that is on the Internet."""
    address = parse(text)
    if address is None:
        return "unknown", False
    if is_loopback(str(address)):
        return LOOPBACK, False
    return str(_network(address)), address.is_global


def _network(address: Address) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    length = _LENGTHS[address.version]
    shift = address.max_prefixlen - length
    number = int(address) >> shift << shift  # without the zone of a link-local address, which names an interface
    if address.version == 4:
        return ipaddress.IPv4Network((number, length))
    return ipaddress.IPv6Network((number, length))


@lru_cache(4096)
def _place(unit: str, container: str) -> str:
    engine = container.partition(":")[0]
    if engine:
        return container if engine == "lxc" else engine  # the identifiers of others are drawn at each start
    return _PASSING.sub("*", unit)
