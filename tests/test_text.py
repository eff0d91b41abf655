from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.text import TEXT_LIMIT, age, count, duration, endpoint, safe, safe_bytes, size, utc_time


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("nginx", "nginx"),
        ("naïve 日本語 ✓", "naïve 日本語 ✓"),
        ("[bold]x[/]", "[bold]x[/]"),
        ("a\x1b]52;c;ZXZpbA==\x07b", "a\\x1b]52;c;ZXZpbA==\\x07b"),
        ("a\x1b]0;title\x1b\\b", "a\\x1b]0;title\\x1b\\b"),
        ("\x9b31m", "\\x9b31m"),
        ("two\nlines\r\t", "two\\x0alines\\x0d\\x09"),
        ("\x7f", "\\x7f"),
        ("evil\u202egnp.exe", "evil\\u202egnp.exe"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("line\u2028sep\u2029", "line\\u2028sep\\u2029"),
        ("no\xa0break", "no\\xa0break"),
        ("blank\u3164\u2800", "blank\\u3164\\u2800"),
        ("\ue000", "\\ue000"),
    ],
)
def test_safe_shows_what_a_terminal_would_act_on(raw: str, shown: str) -> None:
    assert safe(raw) == shown


def test_safe_bytes_shows_bytes_that_are_not_utf8() -> None:
    assert safe_bytes(b"caf\xc3\xa9 \xff\x80") == "café \\xff\\x80"


def test_safe_cuts_long_text_and_says_how_long_it_was() -> None:
    told = "… (5000 characters)"
    assert safe("x" * 5000) == "x" * (TEXT_LIMIT - len(told)) + told
    assert len(safe("\x1b" * 5000)) == TEXT_LIMIT


def test_a_pile_of_combining_marks_is_taken_apart() -> None:
    assert safe("e\u0301") == "e\u0301"
    assert safe("e" + "\u0301" * 4) == "e\u0301\u0301\\u0301\\u0301"


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_safe_leaves_nothing_active_and_is_idempotent(raw: str) -> None:
    shown = safe(raw)
    shown.encode()
    assert safe(shown) == shown
    assert safe(safe(raw, 40), 40) == safe(raw, 40)
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(-5, "<1m"), (59.9, "<1m"), (60, "1m"), (3599, "59m"), (3600, "1h"), (172_799, "47h"), (172_800, "2d")],
)
def test_age_is_coarse(seconds: float, shown: str) -> None:
    assert age(seconds) == shown


def test_small_spellings() -> None:
    assert duration(0.4) == "0.4 s"
    assert duration(75) == "75 s"
    assert duration(720) == "12 min"
    assert endpoint("::1", 80) == "[::1]:80"
    assert endpoint("10.0.0.1", 80) == "10.0.0.1:80"
    assert endpoint("::1", None) == "::1"
    assert count(1, "socket") == "1 socket"
    assert count(4120, "socket") == "4,120 sockets"
    assert utc_time(0) == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"), (0.4, "0"), (1023, "1023"), (1023.6, "1.0k"), (1024, "1.0k"), (10_188, "9.9k"), (10_189, "10k"),
        (348_160, "340k"), (2**20 - 1, "1.0M"), (1_258_291, "1.2M"), (2**40, "1.0T"), (2**64, "16E"),
    ],
)  # fmt: skip
def test_a_size_takes_at_most_five_characters(number: float, shown: str) -> None:
    assert size(number) == shown
