"""MISP events: the attributes that are addresses and SHA-256 hashes, and that are meant to be looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw, Struct, json

from tcpview_tui.lookup.lists.dates import moment
from tcpview_tui.lookup.lists.documents import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tcpview_tui.lookup.lists.documents import Document
    from tcpview_tui.lookup.lists.entries import Entries

KIND = "MISP event"

_LEVELS = 3
"""How deep attributes lie: in an answer, in an event of it, in an object of that. Deeper ones are not looked for."""

TOPS = frozenset({"Event", "Attribute", "response"})
"""What an exported event, a list of attributes and the answer to a search begin with."""


class _Attribute(Struct):
    type: str
    value: str
    comment: str | None = None
    to_ids: bool | int | str | None = True
    deleted: bool | int | str | None = False

    @property
    def is_sought(self) -> bool:
        """False for context alone, say the address of a victim (MISP core format, section 2.4.2.3, to_ids)."""
        return _is_true(self.to_ids) and not _is_true(self.deleted)


def read(part: dict[str, Raw], document: Document, entries: Entries, levels: int = _LEVELS) -> None:
    """Take what is in an event, in an object of one, or around events, in the order in which it is written."""
    for name, value in part.items():
        if name == "Attribute":
            _attributes(value, document, entries)
        elif name in {"Event", "Object", "response"} and levels:
            _inside(value, document, entries, levels - 1)
        elif name in {"date", "publish_timestamp", "timestamp"}:
            _date(value, entries)


def _inside(value: Raw, document: Document, entries: Entries, levels: int) -> None:
    if bytes(memoryview(value)[:1]) != b"[":
        read(document.members(value), document, entries, levels)
        return
    for _, each in document.each(value, dict[str, Raw]):
        read(each, document, entries, levels)


def _attributes(array: Raw, document: Document, entries: Entries) -> None:
    for line, each in document.each(array, _Attribute):
        take = _TAKE.get(each.type)
        if take is None:
            entries.ignored[each.type[:40]] += 1
        elif not each.is_sought:
            entries.ignored[f"{each.type} that is not meant for detection (to_ids)"] += 1
        else:
            try:
                take(entries, line, each)
            except ValueError:
                entries.refuse(line, each.value)


def _address(entries: Entries, line: int, of: _Attribute) -> None:
    entries.add_address(of.value.strip(), 0, line, f"{of.value} {of.comment or ''}")


def _endpoint(entries: Entries, line: int, of: _Attribute) -> None:
    address, bar, port = of.value.partition("|")
    if not bar:
        raise ValueError("there is no port")
    entries.add_address(address.strip(), int(port), line, f"{of.value} {of.comment or ''}")


def _digest(entries: Entries, line: int, of: _Attribute) -> None:
    name, _, digest = of.value.rpartition("|")
    entries.add_digest(digest.strip(), line, f"{name} {of.comment or ''}".strip())


_TAKE: dict[str, Callable[[Entries, int, _Attribute], None]] = {
    "ip-dst": _address,
    "ip-src": _address,
    "ip-dst|port": _endpoint,
    "ip-src|port": _endpoint,
    "sha256": _digest,
    "filename|sha256": _digest,
}


def _date(value: Raw, entries: Entries) -> None:
    """Take the youngest date that is told: ISO 8601, or seconds UTC as text or number."""
    try:
        told = str(json.decode(value))
    except UNREADABLE:
        return
    at = float(told) if told.isdecimal() and len(told) < 12 else moment(told)
    if at:
        entries.dated = max(at, entries.dated or at)


def _is_true(flag: object) -> bool:
    return flag not in (False, "0", "", "false", None)
