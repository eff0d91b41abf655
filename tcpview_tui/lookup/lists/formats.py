"""What kind of list a file is, told by its content: a name proves nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw

from tcpview_tui.lookup.lists import lines, misp, objects, sheets, stix
from tcpview_tui.lookup.lists.documents import UNREADABLE, Document
from tcpview_tui.lookup.lists.entries import ListError

if TYPE_CHECKING:
    from tcpview_tui.lookup.lists.entries import Entries
    from tcpview_tui.lookup.lists.intake import Intake

_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"\xfd7zXZ": "xz", b"BZh": "bzip2", b"\x28\xb5\x2f\xfd": "zstd"}
"""What compressed files begin with, as file(1) knows them."""


def read(intake: Intake, entries: Entries) -> str:
    """Take what a list holds, and return its kind, for people. Raises ListError when it is of no known kind."""
    packed = next((name for magic, name in _PACKED.items() if intake.head.startswith(magic)), None)
    if packed:
        raise ListError(f"it is compressed with {packed}; unpack it")
    head = intake.head.decode("utf-8-sig", "replace").lstrip()
    if head.startswith(("{", "[")):
        return objects.read_lines(intake, entries) if objects.begins_lines(head) else _document(intake, entries)
    return sheets.read(intake, entries) if sheets.is_sheet(head) else lines.read(intake, entries)


def _document(intake: Intake, entries: Entries) -> str:
    document = Document(intake, entries)
    top = document.top()
    if isinstance(top, Raw):
        return _array(top, document, entries)
    if "objects" in top:
        stix.read(top["objects"], document, entries)
        return stix.KIND
    if misp.TOPS & top.keys():
        misp.read(top, document, entries)
        return misp.KIND
    raise _unknown()


def _array(array: Raw, document: Document, entries: Entries) -> str:
    try:
        first = msgspec.json.decode(array, type=list[Raw])[:1]
        names = msgspec.json.decode(first[0], type=dict[str, Raw]).keys() if first else frozenset()
    except UNREADABLE as error:
        raise _unknown() from error
    if misp.TOPS & names:
        for _, each in document.each(array, dict[str, Raw]):
            misp.read(each, document, entries)
        return misp.KIND
    if "ip_address" in names:
        objects.read_array(array, document, entries)
        return objects.FEODO
    raise _unknown()


def _unknown() -> ListError:
    return ListError("it is JSON, but neither a STIX bundle nor a MISP event, Spamhaus DROP or Feodo Tracker")
