"""What a known program does at an hour, or in an amount, that is unusual for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.baseline.days import anywhere, total
from tcpview_tui.findings.baseline.departures import Departure, against
from tcpview_tui.findings.baseline.habits import NOTHING
from tcpview_tui.text import size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcpview_tui.findings.baseline.baseline import Baseline
    from tcpview_tui.findings.baseline.traits import Program

REGULAR = 14
"""Days of a program from which on its hours are known: each day of the week twice."""

FAR_ABOVE = 10
"""How many times the most that was ever sent to a network is far above it."""

LEAST = 10 << 20
"""Bytes sent by one connection below which nobody need care."""


def at_odd_hour(baseline: Baseline, program: Program, hour: int) -> Departure | None:
    """Return that a program opened a connection hours away from those in which it ever did; local hours, 0 to 23."""
    habits = baseline.programs[program]
    days = total(anywhere(habits.seen))
    near = {f"{each % 24:02}" for each in (hour - 1, hour, hour + 1)}
    if days < REGULAR or not habits.hours or near & habits.hours.keys():
        return None
    known = ", ".join(sorted(habits.hours))
    sentence = (
        f"Opened between {hour:02}:00 and {hour:02}:59 local time; {program.label} was seen on {days} days, and opened "
        f"connections only in the hours from {known} o'clock."
    )
    return Departure("hour", sentence, against(baseline, habits))


def in_odd_amount(baseline: Baseline, program: Program, names: Iterable[str], sent: int) -> Departure | None:
    """Return that a connection has sent far more bytes than one ever did; `names` are those of its talk."""
    habits = baseline.programs[program]
    most, name = max(((habits.carried.get(name, NOTHING)[1], name) for name in names), default=(0, ""))
    if sent < LEAST or not 0 < most * FAR_ABOVE < sent:
        return None
    sentence = (
        f"{program.label} has sent {size(sent)}B {name}, {sent // most:,} times the {size(most)}B that one connection "
        "ever sent there."
    )
    return Departure("volume", sentence, against(baseline, habits))
