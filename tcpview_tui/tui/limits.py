"""What the program itself cannot show at the moment, in the words of a `Problem`."""

from __future__ import annotations

from tcpview_tui.model.snapshot import Problem
from tcpview_tui.text import count, duration


def behind(every: float, interval: float) -> Problem:
    """Return that looks, one in `every` seconds, are further apart than `interval`."""
    return Problem(
        "behind",
        f"sampling is behind: a look every {duration(every)}, the interval is {duration(interval)}",
        "The next look starts when the last one is done and shown. A longer interval (+) takes load off the machine.",
    )


def polling(interval: float) -> Problem:
    """Return that what lives shorter than `interval` seconds can be missed."""
    return Problem(
        "polling",
        f"sampling every {duration(interval)}: shorter connections can be missed",
        "The program looks at the machine again and again. A connection that opens and closes between two looks "
        "is not seen; a shorter interval (-) misses fewer.",
    )


def dropped(number: int) -> Problem:
    """Return that `number` closed rows were given up."""
    return Problem(
        "dropped",
        f"{count(number, 'closed row')} given up",
        "So many closed rows were kept, or waited while the view was frozen, that the oldest of them were given up.",
    )
