"""A time in a recording, as people name it: by the clock, or by its distance from the beginning or the end."""

from __future__ import annotations

from datetime import UTC, datetime

from tcpview_tui.model.kinds import DURATION
from tcpview_tui.record.wire import LAST
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError


def instant(text: str, option: str, start: int, end: int) -> int:
    """Return the millisecond UTC that `text` means in a recording from `start` to `end` (milliseconds UTC).

    ISO 8601, in UTC unless it has a zone; ``+5m`` is after the start, ``-5m`` before the end. Raises WrongUsageError.
    """
    seconds = DURATION.number and DURATION.number(text[1:])
    if text[:1] in {"+", "-"} and seconds is not None:
        at = start / 1000 + seconds if text[0] == "+" else end / 1000 - seconds
        return round(min(max(at, 0), LAST) * 1000)
    try:
        told = datetime.fromisoformat(text)
        at = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
        return round(min(max(at, 0), LAST) * 1000)
    except (ValueError, OverflowError) as error:
        raise WrongUsageError(
            f"{option}: '{safe(text, 40)}' is no time; expected one like 2026-01-31T23:59:59+01:00 (without a zone in "
            "UTC), +5m for five minutes after the start of the recording, or -5m before its end (units s, m, h, d)."
        ) from error
