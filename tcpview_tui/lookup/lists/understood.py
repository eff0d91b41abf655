"""What a list was understood as, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.text import count, safe, utc_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tcpview_tui.lookup.lists.entries import Entries, Line
    from tcpview_tui.lookup.lists.reputation import Reputation

_PLURALS = {"IPv4 address": "IPv4 addresses", "IPv6 address": "IPv6 addresses", "SHA-256 hash": "SHA-256 hashes"}

_MOST_IGNORED = 10
"""Reasons named for which entries are not looked for."""


def told(of: Reputation) -> Iterator[tuple[str, str]]:
    """Return name and text of each fact about a list; the texts are safe."""
    entries = of.entries
    yield "Kind", of.kind
    kinds = (count(number, kind, _PLURALS.get(kind)) for kind, number in entries.counts.items())
    yield "Entries", ", ".join(kinds) or "none"
    yield "Date", f"{utc_time(of.dated.at)}, {'as the list says' if of.dated.own else 'as its file was changed last'}"
    yield "SHA-256", of.sha256
    if entries.special:
        yield "Never match", f"private, reserved or special: {_lines(entries.special, entries.first_special)}"
    for reason, number in _ignored(entries):
        yield "Not looked for", f"{number:,}: {reason}"
    if entries.broken:
        yield "Not understood", _lines(entries.broken, entries.first_broken)


def _ignored(entries: Entries) -> Sequence[tuple[str, int]]:
    named = [(safe(reason), number) for reason, number in entries.ignored.most_common(_MOST_IGNORED)]
    rest = entries.ignored.total() - sum(number for _, number in named)
    return [*named, ("of other kinds", rest)] if rest else named


def _lines(number: int, first: Sequence[Line]) -> str:
    named = ", ".join(f"line {line.number:,} “{line.text}”" for line in first)
    return f"{number:,}: {named}{', and more' if number > len(first) else ''}"
