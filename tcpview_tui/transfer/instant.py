"""A time in a recording, as people name it: by the clock, or by its distance from the beginning or the end."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tcpview_tui.record.wire import LAST
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError

_NUMBER = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)"
_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_PARTS = "".join(f"(?:{_NUMBER}{unit})?" for unit in _UNITS)
_DISTANCE = re.compile(f"[+-](?:{_NUMBER}|(?=[0-9]){_PARTS})", re.ASCII | re.IGNORECASE)


def distance(text: str) -> float | None:
    """Return the seconds of ``+30``, ``+3m52s`` or ``-1h5m``, with their sign; `None` for any other text.

    Units (d, h, m, s) go down.
    """
    found = _DISTANCE.fullmatch(text)
    if found is None:
        return None
    parts = zip(found.groups("0"), (1, *_UNITS.values()), strict=True)
    return sum(float(number) * seconds for number, seconds in parts) * (1 if text[0] == "+" else -1)


def instant(text: str, option: str, start: int, end: int) -> int:
    """Return the millisecond UTC that `text` means in a recording from `start` to `end` (milliseconds UTC).

    ISO 8601, in UTC unless it has a zone; ``+5m`` is after the start, ``-1h5m`` before the end. Raises WrongUsageError.
    """
    seconds = distance(text)
    if seconds is not None:
        at = (start if text[0] == "+" else end) / 1000 + seconds
        return round(min(max(at, 0), LAST) * 1000)
    try:
        told = datetime.fromisoformat(text)
        at = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
        return round(min(max(at, 0), LAST) * 1000)
    except (ValueError, OverflowError) as error:
        raise WrongUsageError(
            f"{option}: '{safe(text, 40)}' is no time; expected one like 2026-01-31T23:59:59+01:00 (without a zone in "
            "UTC), +5m for five minutes after the start of the recording, or -1h5m before its end (units d, h, m, s)."
        ) from error
