"""Cells of CSV that no spreadsheet runs."""

from __future__ import annotations

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫")
"""What a cell begins with that a spreadsheet runs (OWASP, CSV Injection); the last eight are wide and small forms."""


def inert(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: with an apostrophe before it, if it would.

    A text that begins with an apostrophe gets one more: one at the start is never part of the value.
    """
    return "'" + text if text.startswith((*_RUN, "'")) else text
