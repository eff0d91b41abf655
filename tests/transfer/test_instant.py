from __future__ import annotations

import pytest

from tcpview_tui.text import safe
from tcpview_tui.transfer.instant import instant
from tcpview_tui.usage import WrongUsageError

START, END = 1_767_225_600_000, 1_767_229_200_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-01T00:00:01.250Z", START + 1250),
        ("2026-01-01T00:00:01", START + 1000),
        ("2026-01-01 01:00:00+01:00", START),
        ("2026-01-01", START),
        ("+5m", START + 300_000),
        ("+0", START),
        ("+1.5s", START + 1500),
        ("-5m", END - 300_000),
        ("-1H", START),
        ("+3m52s", START + 232_000),
        ("-1h5M", END - 3_900_000),
        ("+1d2h3m4.5s", START + 93_784_500),
        ("+999999999d", 253_402_300_799_000),
        ("-999999999d", 0),
        ("0001-01-01T00:00+23:59", 0),
    ],
)
def test_a_time_is_named_by_the_clock_or_by_its_distance(text: str, expected: int) -> None:
    assert instant(text, "--from", START, END) == expected


@pytest.mark.parametrize(
    "text", ["", "+", "5m", "now", "+5y", "+5m3m", "+5m1h", "+1h5", "+s", "+1ſ", "2026-13-01", "00:00", "-\x1b[2J"]
)
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(WrongUsageError, match=r"^tcpview-tui: --to: .* is no time; expected one like 2026-") as told:
        instant(text, "--to", START, END)
    assert safe(str(told.value.message), 10_000) == told.value.message
