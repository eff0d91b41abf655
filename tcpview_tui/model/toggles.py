"""What a person switches off and on with one key: protocols, families, listeners, loopback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tcpview_tui.model import address

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row


@dataclass(frozen=True, slots=True)
class Toggle:
    """One kind of row that can be hidden."""

    id: str
    key: str
    title: str
    covers: Callable[[Row], bool]


def _is_loopback(row: Row) -> bool:
    connection = row.connection
    return address.is_loopback((connection.remote or connection.local).address)


TOGGLES: tuple[Toggle, ...] = (
    Toggle("tcp", "t", "TCP", lambda row: row.connection.transport == "tcp"),
    Toggle("udp", "u", "UDP", lambda row: row.connection.transport == "udp"),
    Toggle("ipv4", "4", "IPv4", lambda row: row.connection.family == 4),
    Toggle("ipv6", "6", "IPv6", lambda row: row.connection.family == 6),
    Toggle("listeners", "l", "listeners", lambda row: row.connection.is_listening),
    Toggle("loopback", "L", "loopback", _is_loopback),
)

TOGGLE_BY_ID = {toggle.id: toggle for toggle in TOGGLES}


def hidden(ids: frozenset[str]) -> Callable[[Row], bool] | None:
    """Return what tells whether a row is switched off; `None` when nothing is."""
    covers = [TOGGLE_BY_ID[name].covers for name in sorted(ids)]
    return (lambda row: any(cover(row) for cover in covers)) if covers else None
