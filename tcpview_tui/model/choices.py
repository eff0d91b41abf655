"""The words that a field of the filter language can be compared with, each with what it stands for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from tcpview_tui.model.connection import KERNEL_STATES, State
from tcpview_tui.model.row import Mark, Row
from tcpview_tui.model.toggles import TOGGLE_BY_ID

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Context

Match = Callable[[Any], bool]
"""Tells whether one fact is what the filter asks for."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a field can have; `covers` tells the facts it stands for."""

    name: str
    help: str
    covers: Match
    aliases: tuple[str, ...] = ()
    compares: bool = False
    """Whether it is told by comparing looks."""
    judged: bool = False
    """Whether it is told by the rules, or by the baseline."""


def plain(name: str) -> str:
    """Return a choice as it is compared: in small letters, without ``-`` and ``_``."""
    return name.casefold().replace("-", "").replace("_", "")


class Seen(NamedTuple):
    """A row with what it is joined with: the fact that a flag is about."""

    row: Row
    context: Context


def _flag(name: str, help_text: str, holds: Callable[[Row], bool], *, compares: bool = False) -> Choice:
    return Choice(name, help_text, lambda seen: holds(seen.row), compares=compares)


def _one_of(name: str, help_text: str, *facts: str, aliases: tuple[str, ...] = ()) -> Choice:
    return Choice(name.lower(), help_text, frozenset(facts or (name,)).__contains__, aliases)


STATES = (
    _one_of(State.ESTABLISHED, "open, data can flow", aliases=("est",)),
    _one_of(State.LISTEN, "waits for connections", aliases=("listening",)),
    _one_of(State.SYN_SENT, "asked for a connection, no answer yet"),
    _one_of(State.SYN_RECEIVED, "was asked for a connection, not confirmed yet", aliases=("syn-recv",)),
    _one_of(State.FIN_WAIT_1, "closed here, not confirmed yet"),
    _one_of(State.FIN_WAIT_2, "closed here, not yet at the other end"),
    _one_of(State.TIME_WAIT, "closed, the kernel waits for stragglers", aliases=("tw",)),
    _one_of(State.CLOSE_WAIT, "closed at the other end, not here", aliases=("cw",)),
    _one_of(State.LAST_ACK, "closed at both ends, not confirmed yet"),
    _one_of(State.CLOSING, "both ends closed at once"),
    _one_of(State.CLOSED, "not connected", aliases=("close",)),
)
PROTOCOLS = (
    _one_of("tcp", "TCP over IPv4 and IPv6", "TCP", "TCP6"),
    _one_of("tcp6", "TCP over IPv6", "TCP6"),
    _one_of("udp", "UDP over IPv4 and IPv6", "UDP", "UDP6"),
    _one_of("udp6", "UDP over IPv6", "UDP6"),
    _one_of("udplite", "UDP-Lite (RFC 3828) over IPv4 and IPv6", "UDPLITE", "UDPLITE6"),
    _one_of("udplite6", "UDP-Lite over IPv6", "UDPLITE6"),
    _one_of("raw", "raw sockets over IPv4 and IPv6", "RAW", "RAW6"),
    _one_of("raw6", "raw sockets over IPv6", "RAW6"),
)
DIRECTIONS = (
    _one_of("in", "a listener on the local port exists"),
    _one_of("out", "no listener on the local port exists"),
    _one_of("listening", "waits for others", aliases=("listen",)),
)
FLAGS = (
    _flag("new", "appeared just now (+)", lambda row: row.mark is Mark.NEW, compares=True),
    _flag("changed", "changed just now (~)", lambda row: row.mark is Mark.CHANGED, compares=True),
    Choice("busy", "carried traffic in the last look", lambda seen: seen.context.is_busy(seen.row), compares=True),
    Choice(
        "suspicious",
        "has a finding, medium or high (!)",
        lambda seen: seen.context.is_suspicious(seen.row),
        compares=True,
        judged=True,
    ),
    Choice(
        "new-to-baseline",
        "its program, what that is by its hash, its listener or its network was never learned",
        lambda seen: seen.context.is_outside(seen.row),
        compares=True,
        judged=True,
    ),
    _flag("closed", "gone; the row lingers or is kept (x)", lambda row: row.is_closed, compares=True),
    _flag("listening", "a TCP listener or an unconnected UDP socket", lambda row: row.connection.is_listening),
    _flag("loopback", "leads to this machine itself", TOGGLE_BY_ID["loopback"].covers),
    _flag("ipv4", "over IPv4", TOGGLE_BY_ID["ipv4"].covers),
    _flag("ipv6", "over IPv6", TOGGLE_BY_ID["ipv6"].covers),
    _flag("past", "its process had it once, none has it now", lambda row: row.owners_past, compares=True),
    _flag(
        "unknown",
        "has a process that could not be seen (?)",
        lambda row: not row.owners and row.connection.state not in KERNEL_STATES,
    ),
)
