"""What is normal: what each program was seen to do, on which days, on which hosts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tcpview_tui.findings.baseline.days import Seen, anywhere, day, joined, reduced, see
from tcpview_tui.findings.baseline.habits import Habits, note
from tcpview_tui.findings.baseline.traits import Networks, Program, listened, program_of, talked
from tcpview_tui.record.digests import Digest, unread

if TYPE_CHECKING:
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.model.traffic import Counters

HourOf = Callable[[float], int]
"""Returns the local hour, 0 to 23, of a time in seconds UTC."""

STALE = 30
"""Days after which a baseline is called old: updates have changed programs since."""


def local_hour(at: float) -> int:
    """Return the hour by the time zone of this machine."""
    return time.localtime(at).tm_hour


@dataclass(slots=True)
class Baseline:
    """The habits of programs, and the days and hosts that were learned from.

    Joining is a union: in any order, and as often as one likes, the same comes out. To `learn` changes what is there;
    while another thread compares with it, learn into a new one, and hand over what `joined` returns.
    """

    learned: Seen = field(default_factory=dict)
    programs: dict[Program, Habits] = field(default_factory=dict)

    def learn(
        self,
        rows: Iterable[Row],
        context: Context,
        host: str,
        at: float,
        networks: Networks | None = None,
        hour_of: HourOf = local_hour,
        digest_of: Digest = unread,
    ) -> None:
        """Take it that these rows, as they are `at` (seconds UTC), are normal on this host.

        `digest_of` is asked once for each process.
        """
        rows, networks = list(rows), networks or Networks()
        days = day(at), day(at)
        self.look(host, days)
        for row in rows:
            gauge = context.gauges.get(row.connection.key)
            hour = None if row.preexisting else hour_of(row.first_seen)
            self.take(row, networks, host, days, hour, gauge.counters if gauge else None)
        for owner in {each for row in rows for each in row.owners}:
            self.recognise(owner, digest_of(owner), host, days)

    def look(self, host: str, days: tuple[int, int]) -> None:
        """Note that a host was looked at on a run of days, whatever was there."""
        see(self.learned, host, *days)

    def take(
        self, row: Row, networks: Networks, host: str, days: tuple[int, int], hour: int | None, told: Counters | None
    ) -> None:
        """Learn a row that was there on a run of days, and opened in that hour. Without a known program, it is not."""
        for owner in row.owners:
            program = program_of(owner)
            if program is not None:
                habits = self.programs.setdefault(program, Habits())
                see(habits.seen, host, *days)
                if hour is not None:
                    note(habits.hours, f"{hour:02}", host, (days[0], days[0]))
                _take(habits, row, networks, host, days, told)

    def recognise(self, process: Process, digest: str | None, host: str, days: tuple[int, int]) -> None:
        """Learn the SHA-256 of a program that was taken in before; nothing if either is not known."""
        program = program_of(process)
        if program is not None and digest is not None:
            note(self.programs[program].sha256, digest, host, days)

    def joined(self, other: Baseline) -> Baseline:
        """Return what both know. They stay as they are."""
        none = Habits()
        programs = {
            program: self.programs.get(program, none).joined(other.programs.get(program, none))
            for program in self.programs.keys() | other.programs.keys()
        }
        return Baseline(joined(self.learned, other.learned), programs)

    def without(self, programs: Iterable[Program]) -> Baseline:
        """Return this but for some programs."""
        left = set(programs)
        return Baseline(dict(self.learned), {each: self.programs[each] for each in self.programs if each not in left})

    def without_days(self, first: int, last: int) -> Baseline:
        """Return this as if nothing had been learned on a run of days."""
        kept = {program: habits.reduced(first, last) for program, habits in self.programs.items()}
        seen = {program: habits for program, habits in kept.items() if habits.seen}
        return Baseline(reduced(self.learned, first, last), seen)

    def age(self, now: float) -> int | None:
        """Return how many days ago the last day was that was learned; `None` when none was."""
        spans = anywhere(self.learned)
        return max(day(now) - spans[-1][1], 0) if spans else None

    def doubt(self, now: float) -> tuple[str, str] | None:
        """Return a reason not to trust this one, and in a sentence what follows from it; `now` is seconds UTC."""
        age = self.age(now)
        if age is None:
            return "the baseline knows nothing yet", "Everything is outside of it."
        if age <= STALE:
            return None
        return f"the baseline was learned {age} days ago", "What updates have changed since is outside of it."


def _take(
    habits: Habits, row: Row, networks: Networks, host: str, days: tuple[int, int], told: Counters | None
) -> None:
    listens, talk = listened(row.connection), talked(row)
    if listens:
        note(habits.listens, " ".join(listens), host, days)
    if talk:
        name = networks.names(talk)[0]
        note(habits.talks, name, host, days)
        if told is not None:
            habits.carry(name, told)
