"""Facts out of an answer that a stranger wrote: of the right type, bounded and safe, or none."""

from __future__ import annotations

from datetime import UTC, datetime

from tcpview_tui.lookup.answer import day
from tcpview_tui.text import LAST_DATE, safe, utc_time

_TEXT_LIMIT = 120


def at(value: object, *path: str) -> object:
    """Return what lies at `path` in nested tables, `None` when there is nothing."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def number(value: object) -> int | None:
    """Return a whole number of at most 15 digits."""
    return value if type(value) is int and abs(value) < 10**15 else None


def words(value: object) -> str | None:
    """Return a text in one safe line."""
    return (safe(value.strip(), _TEXT_LIMIT) or None) if isinstance(value, str) else None


def date(value: object) -> str | None:
    """Return the day, ``2026-01-31``, of seconds UTC or of an ISO 8601 time."""
    seconds = number(value)
    if seconds is not None:
        return utc_time(seconds)[:10] if 0 < seconds <= LAST_DATE else None
    try:
        return datetime.fromisoformat(day(words(value)) or "").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return None
