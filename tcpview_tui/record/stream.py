"""A recording as it happens, a line an event: onto another machine, into a log store, before somebody's eyes."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TextIO

from tcpview_tui.record.digests import unread
from tcpview_tui.record.identity import identify_by
from tcpview_tui.record.lines import FORMS
from tcpview_tui.record.tracked import Tracked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tcpview_tui.record.digests import Digest
    from tcpview_tui.record.event import Event

PROCESSES = 65_536
"""Processes of which it is remembered what is known of their program."""

_FORM_BY_ID = {form.id: form for form in FORMS}


class Stream:
    """Writes events as lines that stand alone. `OSError` of the file goes to the caller: the line may be lost."""

    def __init__(self, out: TextIO, form: str, facts: Mapping[str, str], digest_of: Digest = unread) -> None:
        """Begin with the facts of the recording. `form` is the id of one of `FORMS`. `out` stays its opener's to close.

        `digest_of` is asked once for each process.

        To keep the line ends of CSV, `out` was opened with ``newline=""``.
        """
        self._out, self._host = out, facts["host"]
        self._digest_of = lru_cache(PROCESSES)(digest_of)
        self._form = _FORM_BY_ID[form]
        self._tracked = Tracked(identify=identify_by(facts))
        out.write(self._form.head + self._form.first(facts))

    def write(self, events: Iterable[Event]) -> None:
        """Write a line for each of the `events` of a look, and see that they leave this process at once."""
        for happening in self._tracked.take(tuple(events)):
            self._out.write(self._form.line(happening, self._host, self._digest_of))
        self._out.flush()

    def close(self) -> None:
        """Let go of what is left."""
        self._out.flush()
