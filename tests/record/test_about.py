"""What is told of a part of a recording: to people beside the whole, and in the file as a sentence."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tcpview_tui.record.about import about
from tcpview_tui.record.excerpt import Span
from tcpview_tui.record.reader import Reader
from tests.record.tapes import everything

if TYPE_CHECKING:
    from pathlib import Path

PART = Span(1_767_225_600_000, 1_767_225_660_000)


def test_a_part_says_from_when_until_when_and_of_what(tmp_path: Path) -> None:
    with closing(Reader(everything(tmp_path))) as reader:
        part, whole = about(reader, "a", PART, "lport:22"), about(reader, "a", Span(), "")
    assert part.told["excerpt"] == "from 2026-01-01T00:00:00.000Z, until 2026-01-01T00:01:00.000Z, filter lport:22"
    assert part.facts["Here from"] == "2026-01-01T00:00:00.000Z"
    assert "excerpt" not in whole.told
