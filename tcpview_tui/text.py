"""The gate for text that a machine or a stranger wrote, and the human spelling of sizes and times.

Process names, command lines, paths, host names and Whois answers are written by whoever is being
investigated. They pass `safe` once, where they enter the program; after that they are plain text.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

SIZE_UNITS = "kMGTPE"
"""What stands for 1024 bytes, 1024 times that, and so on."""

LAST_DATE = 253_402_300_799.0
"""The last second of the year 9999, in UTC: what is later has no date (ISO 8601)."""

LAST_LOCAL = LAST_DATE - 86_400.0
"""The last second that has a date in every zone: none is a whole day away from UTC (datetime.timezone)."""

TEXT_LIMIT = 4096
"""Characters kept of one foreign text. PATH_MAX is 4096 (linux/limits.h); a longer text is cut and says so."""

_INVISIBLE_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
"""Hangul fillers and the empty Braille cell: letters and symbols by category, blank on the screen."""

_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
"""Emoji modifiers (UTS #51): some terminals merge them into the sign before, others do not, and columns shift."""

_HIDDEN = frozenset(_INVISIBLE_LETTERS + _SKIN_TONES)

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
"""Controls (C0, DEL, C1), formats (bidi, zero width), lone surrogates, private, unassigned, separators."""

_MARK_RUN_LIMIT = 2
"""Combining marks allowed on one character; living scripts need two, a longer pile overwrites other lines."""

_PLAIN = re.compile(r"[ -~]*\Z")


def safe(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return `text` with every character that a terminal would act on, or hide, as a visible escape.

    Escapes are spelled as Python spells them: ``\\x1b``, ``\\u202e``, ``\\U000e0041``; a byte that was not UTF-8
    (PEP 383 surrogate escape) becomes ``\\xff``. The result has at most `limit` characters; a longer one ends with
    ``…`` and the length it had. Newlines are escaped too: one foreign text is always one line. Applying it twice
    changes nothing.
    """
    plain = text if _PLAIN.match(text[: limit + 1]) else "".join(_visible(text[: limit + 1]))
    if len(text) <= limit and len(plain) <= limit:
        return plain
    told = f"… ({len(text)} characters)"
    return plain[: max(limit - len(told), 0)] + told


def safe_bytes(raw: bytes, limit: int = TEXT_LIMIT) -> str:
    """Return `raw` decoded as UTF-8 and made safe; bytes that are not UTF-8 become ``\\xff`` escapes."""
    return safe(raw.decode("utf-8", "surrogateescape"), limit)


def _visible(text: str) -> list[str]:
    pieces: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        hidden = character != " " and (category in _UNSAFE_CATEGORIES or character in _HIDDEN)
        pieces.append(_escape(character) if hidden or marks > _MARK_RUN_LIMIT else character)
    return pieces


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # PEP 383: byte 0x80-0xFF that was not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def age(seconds: float) -> str:
    """Return a duration in one unit, coarse on purpose: ``<1m``, ``7m``, ``3h``, ``12d``.

    A finer spelling would redraw every row every second, which is what a slow SSH line pays for.
    """
    minutes = int(max(seconds, 0) // 60)
    if minutes < 1:
        return "<1m"
    if minutes < 60:
        return f"{minutes}m"
    return f"{minutes // 60}h" if minutes < 48 * 60 else f"{minutes // 1440}d"


def duration(seconds: float) -> str:
    """Return a length of time for a sentence: ``3.2 ms``, ``0.4 s``, ``75 s``, ``12 min``, ``3 h``."""
    if 0 < seconds < 0.1:
        return f"{seconds * 1000:.3g} ms"
    if seconds < 10:
        return f"{seconds:.3g} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def size(number: float) -> str:
    """Return bytes in at most five characters: ``0``, ``999``, ``1.2k``, ``340M``; k, M and so on: powers of 1024."""
    units = ("", *SIZE_UNITS)
    power = 0
    while round(number) >= 1024 and power < len(units) - 1:
        number, power = number / 1024, power + 1
    return f"{number:.1f}{units[power]}" if power and number < 9.95 else f"{number:.0f}{units[power]}"


def local_time(epoch: float, *, fine: bool = False) -> str:
    """Return `epoch` (seconds UTC) as local wall-clock time, ``HH:MM:SS``, with the date when it is not today.

    With `fine`, to the millisecond: ``HH:MM:SS.mmm``.
    """
    moment = datetime.fromtimestamp(min(max(epoch, 0.0), LAST_LOCAL), UTC).astimezone()
    today = datetime.now().astimezone().date()
    thousandths = f".{moment.microsecond // 1000:03d}" if fine else ""
    return moment.strftime("%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M:%S") + thousandths


def utc_time(epoch: float) -> str:
    """Return `epoch` (seconds UTC) as ISO 8601 in UTC, ``2026-01-31T23:59:59Z``."""
    return datetime.fromtimestamp(min(max(epoch, 0.0), LAST_DATE), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def endpoint(address: str, port: int | None) -> str:
    """Return ``address:port``, with brackets around IPv6 as RFC 5952 section 6 asks; without a port, the address."""
    shown = f"[{address}]" if ":" in address and port is not None else address
    return shown if port is None else f"{shown}:{port}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Return ``1 socket``, ``412 sockets``: the number with its noun in the right form."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
