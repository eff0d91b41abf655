"""The machine's own clocks, and the time that one of them leaves out."""

from __future__ import annotations

import time

import pytest

from tcpview_tui.clock import SystemClock


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="needs CLOCK_BOOTTIME (clock_gettime(2))")
def test_what_the_machine_slept_is_what_is_missing_in_the_other_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    assert clock.monotonic() + clock.slept() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=5)
    monkeypatch.setattr(time, "clock_gettime", {time.CLOCK_BOOTTIME: 5000.0, time.CLOCK_MONOTONIC: 1400.0}.get)
    assert clock.slept() == 3600


def test_where_the_system_does_not_tell_it_has_not_slept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    assert SystemClock().slept() == 0
