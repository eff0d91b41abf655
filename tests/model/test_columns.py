from __future__ import annotations

import pytest

from tcpview_tui.model.columns import BY_ID, Context
from tcpview_tui.text import local_time
from tests.model.rows import make_row

NOW = Context(now=100_000.0)


def test_closed_is_the_time_of_the_look_that_missed_it_and_empty_before() -> None:
    closed = BY_ID["closed"]
    assert closed.text(make_row(), NOW) == ""
    assert closed.value(make_row(), NOW) is None
    assert closed.text(make_row(closed_at=2000.0), NOW) == local_time(2000.0)
    assert closed.value(make_row(closed_at=2000.0), NOW) == 2000.0


@pytest.mark.parametrize(
    ("lived", "shown"), [(0.4, "0s"), (14.9, "14s"), (59.9, "59s"), (60, "1m"), (432, "7m"), (11_000, "3h")]
)
def test_the_age_of_a_closed_row_is_how_long_it_lived(lived: float, shown: str) -> None:
    age = BY_ID["age"]
    assert age.text(make_row(first_seen=1000.0, closed_at=1000.0 + lived), NOW) == shown
    assert age.text(make_row(first_seen=1000.0, closed_at=1000.0 + lived, preexisting=True), NOW) == f">{shown}"
    assert len(shown) < age.width


@pytest.mark.parametrize(("seconds", "shown"), [(14, "<1m"), (432, "7m")])
def test_the_age_of_an_open_row_does_not_count_seconds(seconds: float, shown: str) -> None:
    row = make_row(first_seen=NOW.now - seconds)
    assert BY_ID["age"].text(row, NOW) == shown
