"""The date that a list gives itself, as the publishers of lists spell it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_CLAIM = re.compile(
    r"^[ \t]*[#;/][^:\n]{0,40}?(?:updated|modified|date|generated)[^:\n]{0,20}:[ \t]*(\S.{0,60})", re.I | re.M
)
"""``# Last updated: …`` (abuse.ch), ``# Source File Date: …`` (FireHOL), ``; Last-Modified: …`` (Spamhaus)."""

_NUMBERS = re.compile(r"\b(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ]+(\d\d):(\d\d)(?::(\d\d))?)?")
"""2026-01-31 23:59:59, also as ISO 8601 writes it; without a time, midnight. Lists are dated in UTC."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\b", re.I)
_DAY = re.compile(r"(?<![\d:])(\d\d?)(?![\d:])")
_YEAR = re.compile(r"\b(\d{4})\b")
_TIME = re.compile(r"\b(\d\d):(\d\d):(\d\d)\b")
"""Of ``Mon, 06 May 2024 09:21:12 GMT`` (RFC 9110) and ``Mon May  6 09:21:12 UTC 2024`` (date(1)), in any order."""


def claimed(head: str) -> float | None:
    """Return the first date that the comments at the head of a list give it, in seconds UTC."""
    found = (moment(claim[1]) for claim in _CLAIM.finditer(head))
    return next((at for at in found if at is not None), None)


def moment(text: str) -> float | None:
    """Return a date in seconds UTC, or `None` when there is none in `text`."""
    if numbers := _NUMBERS.search(text):
        return _epoch(*(int(number or 0) for number in numbers.groups()))
    month, day, year = _MONTH.search(text), _DAY.search(text), _YEAR.search(text)
    if not (month and day and year):
        return None
    clock = _TIME.search(text)
    time = map(int, clock.groups()) if clock else ()
    return _epoch(int(year[1]), _MONTHS.index(month[1].lower()) + 1, int(day[1]), *time)


def _epoch(*numbers: int) -> float | None:
    try:
        return datetime(*numbers, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None
