"""JSON lists of plain objects: Spamhaus DROP, one a line, and Feodo Tracker, in an array."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct

from tcpview_tui.lookup.lists.documents import UNREADABLE

if TYPE_CHECKING:
    from tcpview_tui.lookup.lists.documents import Document
    from tcpview_tui.lookup.lists.entries import Entries
    from tcpview_tui.lookup.lists.intake import Intake

SPAMHAUS = "Spamhaus DROP, JSON"
FEODO = "Feodo Tracker, JSON"


class _Network(Struct):
    cidr: str = ""
    type: str = ""
    timestamp: float | None = None


class _Endpoint(Struct):
    ip_address: str
    port: int | str | None = None
    malware: str | None = None


def begins_lines(head: str) -> bool:
    """True when the first line is an object of Spamhaus DROP by itself."""
    try:
        first = msgspec.json.decode(head.partition("\n")[0], type=_Network)
    except UNREADABLE:
        return False
    return bool(first.cidr) or first.type == "metadata"


def read_lines(intake: Intake, entries: Entries) -> str:
    """Take every line; one of them tells the date. Return the kind of list."""
    for number, line in intake.lines():
        if not line.strip():
            continue
        try:
            _take(entries, msgspec.json.decode(line.encode("utf-8", "surrogateescape"), type=_Network), number, line)
        except UNREADABLE:
            entries.refuse(number, line)
    return SPAMHAUS


def _take(entries: Entries, each: _Network, number: int, line: str) -> None:
    if each.type == "metadata":
        entries.dated = each.timestamp
    else:
        entries.add_address(each.cidr, 0, number, line)


def read_array(array: Raw, document: Document, entries: Entries) -> None:
    """Take the addresses of Feodo Tracker, each with its port."""
    for line, each in document.each(array, _Endpoint):
        written = f"{each.ip_address}:{each.port or '*'} {each.malware or ''}"
        try:
            entries.add_address(each.ip_address.strip(), int(each.port or 0), line, written)
        except ValueError:
            entries.refuse(line, written)
