"""JSON lists: one object a line, or a whole document, of which each part is understood or refused by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Raw

from tcpview_tui.lookup.lists.entries import ListError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tcpview_tui.lookup.lists.entries import Entries
    from tcpview_tui.lookup.lists.intake import Intake

T = TypeVar("T")

UNREADABLE = (ValueError, RecursionError)
"""What is no JSON or no UTF-8, JSON of another form, or nested deeper than anything that means something."""

_MOST_COMMAS = 1 << 22
"""Each part of an array costs some 60 bytes while it is read, and a comma one: nobody fills the memory with commas."""

_BEGINNING = 1 << 14
"""Bytes within which a document begins: `formats` has seen it in the head of the file."""

_AT_A_TIME = 64
"""Parts read before others have their turn, as a millisecond's work."""


class Document:
    """A JSON document and what it is read into. Parts are asked for in the order in which they are written."""

    def __init__(self, intake: Intake, entries: Entries) -> None:
        self._content = intake.document()
        self._intake, self._entries = intake, entries
        self._at, self._line = 0, 1
        if self._content.count(b",") > _MOST_COMMAS:
            raise ListError(f"it is JSON of more than {_MOST_COMMAS:,} parts, and is not read; split it")

    def top(self) -> dict[str, Raw] | Raw:
        """Return the members of the outermost object, or an array as it is. Raises ListError for no JSON."""
        try:
            if not self._content[:_BEGINNING].lstrip().startswith(b"["):
                return msgspec.json.decode(self._content, type=dict[str, Raw])
            return msgspec.json.decode(self._content, type=Raw)
        except UNREADABLE as error:
            raise ListError("it begins as JSON does, but is damaged, cut off or nested too deep") from error

    def members(self, part: Raw) -> dict[str, Raw]:
        """Return the members of an object, as they are written; none of what is no object."""
        return self.whole(part, dict[str, Raw], {})

    def each(self, array: Raw, form: type[T]) -> Iterator[tuple[int, T]]:
        """Return the parts of an array, each with its line. A part of another form is counted as broken."""
        for place, part in enumerate(self.whole(array, list[Raw], [])):
            if place % _AT_A_TIME == 0:
                self._intake.rest()
            raw = bytes(part)
            line = self._line_of(raw)
            try:
                yield line, msgspec.json.decode(raw, type=form)
            except UNREADABLE:
                self._entries.refuse(line, raw[:1000].decode("utf-8", "replace"))

    def whole(self, part: Raw, form: type[T], otherwise: T) -> T:
        """Return a part in one form, or `otherwise` when it has another, which is counted as broken."""
        try:
            return msgspec.json.decode(part, type=form)
        except UNREADABLE:
            raw = bytes(part)
            self._entries.refuse(self._line_of(raw), raw[:1000].decode("utf-8", "replace"))
            return otherwise

    def _line_of(self, raw: bytes) -> int:
        at = max(self._content.find(raw, self._at), self._at)
        self._line += self._content.count(b"\n", self._at, at)
        self._at = at + 1  # a part that is written twice is two
        return self._line
