"""Where to go, as people write it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.record.history import Place
from tcpview_tui.text import LAST_DATE
from tcpview_tui.tui.replay.jumping import JumpError, Target, Times, target
from tests.fakes import EPOCH

NOON = EPOCH + 12 * 3600
TIMES = Times(Place(1, 1000.0, NOON), Place(900, 4600.0, NOON + 3600), Place(9, 1100.0, NOON + 100))
"""One hour from noon (UTC) on 2026-01-01."""


def zone(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("TZ", name)
    time.tzset()


def clock(text: str, times: Times = TIMES) -> float:
    found = target(text)
    assert found.clock is not None
    assert found.wall is None
    return found.clock(times)


def wall(text: str, times: Times = TIMES) -> float:
    found = target(text)
    assert found.wall is not None
    assert found.clock is None
    return found.wall(times)


CLOCKS = {
    "start": 1000, "end": 4600, " end ": 4600, "0%": 1000, "50%": 2800, "100%": 4600, "250%": 4600, "12.5%": 1450,
    "+30s": 1130, "+30": 1130, "-30s": 1070, "+5m": 1400, "-1h": -2500, "+1d": 87500, "+0.5s": 1100.5, "-0": 1100,
    "+1.5H": 6500, "+3m52s": 1332, "-1h5m": -2800, "+1d1s": 87501, "-1H0.5S": -2500.5,
}  # fmt: skip


@pytest.mark.parametrize("text", CLOCKS)
def test_a_part_of_the_time_and_a_time_from_here(text: str) -> None:
    assert clock(text) == CLOCKS[text]


WALLS = {
    "12:30": NOON + 1800,
    "12:30:15": NOON + 1815,
    "12:30:15.250": NOON + 1815.25,
    "9:05": NOON - 2.9166666666666665 * 3600,
    "23:00": NOON + 11 * 3600,
    "2026-01-01T12:30": NOON + 1800,
    "2026-01-01 12:30:01": NOON + 1801,
    "2026-01-01T12:30Z": NOON + 1800,
    "2026-01-01T14:30+02:00": NOON + 1800,
    "2026-01-01": EPOCH,
    "1960-01-01": 0,
    "9999-12-31T23:59:59": LAST_DATE,
    "9999-12-31T23:59:59-12:00": LAST_DATE,
    "0001-01-01T00:00:00+14:00": 0,
}


@pytest.mark.parametrize("text", WALLS)
def test_a_time_of_the_clock_on_the_wall(text: str) -> None:
    assert wall(text) == pytest.approx(WALLS[text], abs=0.001)


NONSENSE = [
    "", " ", "%", "-5%", "5 %", "+", "-", "++5", "+5x", "5m", "+5m1h", "+1h5", "noon", "25:00", "12:60", "12:30:61",
    "12:3", "1:2:3", "2026-13-01", "2026-02-30", "2026-01-01T", "14", "1767225600", "nan%", "inf%", "+inf",
    "+nan", "1e5%", "+1e5s", "\x1b[31m", "１２:３０", "٥٠%", "+٥m", "9" * 50 + "%", "12:30 foo", "start end", "START!",
]  # fmt: skip


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_refused_in_a_sentence_that_says_what_would_do(text: str) -> None:
    with pytest.raises(JumpError) as refusal:
        target(text)
    assert str(refusal.value).isprintable()
    assert "is no time; expected 14:02, 14:02:11, 2026-01-31T14:02, +5m, -1h5m, 50%, start or end." in str(
        refusal.value
    )
    assert len(str(refusal.value)) < 150


@given(st.text() | st.from_regex(r"[-+]?[0-9:.T%smhd-]{1,20}", fullmatch=True))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        found = target(text)
    except JumpError:
        return
    where = found.clock or found.wall
    assert where is not None
    at = where(TIMES)
    assert isinstance(at, float | int)
    assert at == at, "and no NaN"


def test_a_time_of_day_is_that_of_the_day_that_is_in_the_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    zone(monkeypatch, "UTC")
    night = Times(Place(1, 0.0, EPOCH - 3600), Place(9, 7200.0, EPOCH + 3600), Place(2, 60.0, EPOCH - 3540))
    assert wall("23:30", night) == EPOCH - 1800
    assert wall("00:30", night) == EPOCH + 1800
    assert wall("00:30", night._replace(here=night.end)) == EPOCH + 1800
    assert wall("23:30", night._replace(here=night.end)) == EPOCH - 1800


def test_a_time_of_day_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    zone(monkeypatch, "EST5")
    assert wall("07:30") == NOON + 1800


@pytest.mark.parametrize(("text", "utc"), [("01:30", "2026-03-29T00:30"), ("03:30", "2026-03-29T01:30")])
def test_a_time_of_day_on_the_day_the_clocks_go_forward(text: str, utc: str, monkeypatch: pytest.MonkeyPatch) -> None:
    zone(monkeypatch, "CET-1CEST,M3.5.0,M10.5.0/3")
    begin = datetime(2026, 3, 29, tzinfo=UTC).timestamp()
    day = Times(Place(1, 0.0, begin), Place(9, 7200.0, begin + 7200), Place(1, 0.0, begin))
    assert wall(text, day) == datetime.fromisoformat(utc + "Z").timestamp()


def test_an_hour_that_there_is_twice_or_not_at_all_is_one_of_the_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    zone(monkeypatch, "CET-1CEST,M3.5.0,M10.5.0/3")
    back = datetime(2026, 10, 25, tzinfo=UTC).timestamp()
    day = Times(Place(1, 0.0, back), Place(9, 7200.0, back + 7200), Place(1, 0.0, back))
    assert wall("02:30", day) in (back + 1800, back + 5400)
    forward = datetime(2026, 3, 29, tzinfo=UTC).timestamp()
    day = Times(Place(1, 0.0, forward), Place(9, 7200.0, forward + 7200), Place(1, 0.0, forward))
    assert forward <= wall("02:30", day) <= forward + 7200


@pytest.mark.parametrize("name", ["UTC", "XXX-14", "YYY12"])
@pytest.mark.parametrize("at", [0.0, float(LAST_DATE)])
def test_the_ends_of_the_calendar_are_times_too(at: float, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    zone(monkeypatch, name)
    place = Place(1, 0.0, at)
    for text in ("00:00", "14:02", "23:59:59"):
        assert abs(wall(text, Times(place, place, place)) - at) <= 86400
    assert isinstance(target("14:02"), Target)
