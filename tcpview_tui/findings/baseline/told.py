"""A baseline for people: what it was learned from, and each thing that it knows, what was seen least at the top."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.alignment import aligned
from tcpview_tui.findings.baseline.days import anywhere, iso, spelled, total
from tcpview_tui.text import count, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tcpview_tui.findings.baseline.baseline import Baseline
    from tcpview_tui.findings.baseline.days import Seen
    from tcpview_tui.findings.baseline.habits import Habits

_DIGITS = 16
"""Of a SHA-256, how many are shown: they tell one program from another, and ``--format json`` has all."""

HEADING = ("Days", "Hosts", "First", "Last", "Sent at most", "What", "Program")


class Known(NamedTuple):
    """One thing that a baseline knows of a program: a listener, a talk, a content, or that it was there."""

    program: str
    what: str
    seen: Seen
    sent: int | None = None

    @property
    def rarity(self) -> tuple[int, int, str, str]:
        """A key by which the rarest comes first."""
        return total(anywhere(self.seen)), len(self.seen), self.program, self.what


def told(baseline: Baseline, now: float) -> Iterator[str]:
    """Return a baseline line by line; `now` is seconds UTC."""
    days = anywhere(baseline.learned)
    hosts = count(len(baseline.learned), "host")
    yield f"Learned on {count(total(days), 'day')} from {hosts}: {spelled(days) or 'nothing yet'}"
    doubt = baseline.doubt(now)
    if doubt:
        reason, effect = doubt
        yield f"{reason[:1].upper()}{reason[1:]}. {effect}"
    rows = sorted(known(baseline), key=lambda each: each.rarity)
    if rows:
        yield f"{count(len(baseline.programs), 'program')}; look first at what was seen least:"
        yield ""
        yield from aligned([HEADING, *map(_cells, rows)], right=(0, 1, 4))


def known(baseline: Baseline) -> Iterator[Known]:
    """Return everything that a baseline knows."""
    for program, habits in baseline.programs.items():
        yield from _of(program.label, habits)


def _of(program: str, habits: Habits) -> Iterator[Known]:
    if not habits.listens and not habits.talks:
        yield Known(program, "is there", habits.seen)
    for place, seen in habits.listens.items():
        yield Known(program, f"listens {place}", seen)
    for talk, seen in habits.talks.items():
        carried = habits.carried.get(talk)
        yield Known(program, f"talks {talk}", seen, carried[1] if carried else None)
    for digest, seen in habits.sha256.items():
        yield Known(program, f"is SHA-256 {digest[:_DIGITS]}…", seen)


def _cells(each: Known) -> tuple[str, ...]:
    days = anywhere(each.seen)
    first, last = (iso(days[0][0]), iso(days[-1][1])) if days else ("", "")
    sent = "" if each.sent is None else size(each.sent)
    return str(total(days)), str(len(each.seen)), first, last, sent, each.what, each.program
