"""Days on which something was seen, by host: what a baseline counts in.

Days and not connections, because days of one host are the same days in whatever file they are learned from: the
union of two files, in any order and as often as one likes, is what both say. And a program that talks a thousand times
in a night has still been seen on one day.
"""

from __future__ import annotations

from datetime import date
from itertools import chain

Spans = tuple[tuple[int, int], ...]
"""First and last day of each run of days, in order; a day is the ordinal of a date in UTC (datetime.date)."""

Seen = dict[str, Spans]
"""The days by the name of the host."""

_EPOCH = date(1970, 1, 1).toordinal()
_TO, _AND = "..", " "


def day(at: float) -> int:
    """Return the day of a time in seconds UTC; the nearest one that has a date."""
    return min(max(int(at // 86_400) + _EPOCH, date.min.toordinal()), date.max.toordinal())


def see(seen: Seen, host: str, first: int, last: int) -> None:
    """Add a run of days of a host."""
    known = seen.get(host, ())
    if not (known and known[-1][0] <= first and last <= known[-1][1]):
        seen[host] = union(known, ((first, last),))


def union(one: Spans, other: Spans) -> Spans:
    """Return the days of both."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted((*one, *other)):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)


def without(spans: Spans, first: int, last: int) -> Spans:
    """Return the days before and after a run of days."""
    before = ((start, min(end, first - 1)) for start, end in spans if start < first)
    after = ((max(start, last + 1), end) for start, end in spans if end > last)
    return (*before, *after)


def joined(one: Seen, other: Seen) -> Seen:
    """Return the days of both, by host."""
    return {host: union(one.get(host, ()), other.get(host, ())) for host in one.keys() | other.keys()}


def reduced(seen: Seen, first: int, last: int) -> Seen:
    """Return the days but for a run of them; hosts of which none is left are left out."""
    left = {host: without(spans, first, last) for host, spans in seen.items()}
    return {host: spans for host, spans in left.items() if spans}


def anywhere(seen: Seen) -> Spans:
    """Return the days on which any host saw it."""
    return union((), tuple(chain.from_iterable(seen.values())))


def total(spans: Spans) -> int:
    """Return how many days these are."""
    return sum(last - first + 1 for first, last in spans)


def spelled(spans: Spans) -> str:
    """Return them for people and files: ``2026-11-01..2026-11-05 2026-11-09``."""
    return _AND.join(iso(first) + (f"{_TO}{iso(last)}" if last > first else "") for first, last in spans)


def parsed(text: str) -> Spans:
    """Return the days that are spelled so. Raises ValueError, with what was expected."""
    spans: Spans = ()
    try:
        for part in text.split(_AND):
            first, _, last = part.partition(_TO)
            spans = (*spans, (_ordinal(first), _ordinal(last or first)))
    except ValueError:
        raise ValueError("expected days, as in 2026-11-01..2026-11-05 2026-11-09") from None
    if any(first > last for first, last in spans):
        raise ValueError("expected runs of days that begin before they end")
    return union((), spans)


def iso(ordinal: int) -> str:
    """Return the date of a day: ``2026-11-01``."""
    return date.fromordinal(ordinal).isoformat()


def _ordinal(text: str) -> int:
    return date.fromisoformat(text).toordinal()
