from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.record.rotation import LEAST_SIZE, LEAST_TIME, Rotation


@pytest.mark.parametrize(
    ("texts", "size", "seconds"),
    [
        (["100MB"], 100e6, math.inf),
        (["1GiB"], 2**30, math.inf),
        (["1.5 gb"], 1.5e9, math.inf),
        (["2048KiB"], 2**21, math.inf),
        (["30m"], math.inf, 1800),
        (["90s"], math.inf, 90),
        (["1h"], math.inf, 3600),
        (["1d", "100MB"], 100e6, 86_400),
        (["1d", "1h"], math.inf, 3600),
    ],
)
def test_what_is_understood(texts: list[str], size: float, seconds: float) -> None:
    assert Rotation.of(texts) == (size, seconds)


@pytest.mark.parametrize("text", ["", "1", "30M", "1H", "-1h", "1e9MB", "999kB", "59s", "0d", "nan", "1 week", "١h"])
def test_nonsense_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="as in 100MB or 1GiB"):
        Rotation.of([text])


@given(st.text())
def test_any_text_is_a_rotation_or_refused(text: str) -> None:
    try:
        size, seconds = Rotation.of([text])
    except ValueError:
        return
    assert size >= LEAST_SIZE
    assert seconds >= LEAST_TIME
