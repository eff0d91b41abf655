"""A hit: which list names an address or a program, where in it, and how old that list is."""

from __future__ import annotations

from typing import NamedTuple

from tcpview_tui.text import utc_time

SHORT = 12
"""Hexadecimal digits of a hash that people compare; as many as git shows."""


class Dated(NamedTuple):
    """When a list was made, in seconds UTC: by its own word (`own`), or else when its file was last changed."""

    at: float
    own: bool

    @property
    def sentence(self) -> str:
        """For people: ``it says it is of 2026-01-31``, or ``its file was changed 2026-01-31``."""
        return f"{'it says it is of' if self.own else 'its file was changed'} {utc_time(self.at)[:10]}"


class Match(NamedTuple):
    """An entry that matched: the name of its list, the entry as written there, and its line.

    `dated` tells the age of the list, and `list_sha256` which file it was, in hexadecimal digits. The texts are safe.
    """

    list: str
    entry: str
    line: int
    dated: Dated
    list_sha256: str

    @property
    def sentence(self) -> str:
        """For people: the list, the entry, and what they need to find it again."""
        of = f"{self.dated.sentence}, SHA-256 {self.list_sha256[:SHORT]}…"
        return f"{self.list} has “{self.entry}” in line {self.line:,} ({of})"
