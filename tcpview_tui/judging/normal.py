"""The baseline in force: read again when its file is another one, and added to when somebody learns."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.comparison import Comparison
from tcpview_tui.findings.baseline.file import BaselineError, change, load
from tcpview_tui.findings.baseline.traits import Networks, program_of
from tcpview_tui.judging.digests import Digests
from tcpview_tui.judging.turns import MINUTE
from tcpview_tui.lookup.lists.intake import Facts
from tcpview_tui.lookup.lists.shelf import SETTLING
from tcpview_tui.record.host import host_name
from tcpview_tui.text import count, safe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.findings.baseline.file import Held
    from tcpview_tui.lookup.geo.places import Places
    from tcpview_tui.model.column import Context
    from tcpview_tui.model.row import Row

_STILL = "What it held before still counts."


class Normal:
    """What is normal here, as a file tells. `refresh` is the judge's alone; `learn` can be called from any thread."""

    def __init__(self, path: Path, places: Places, clock: Clock, held: Held | None = None) -> None:
        """Read it, if there is any, unless what it `held` is known. `places` tells the numbers of networks."""
        self.comparison: Comparison | None = None
        self.trouble = ""
        """Why the file is not read, in a sentence that is safe."""
        self._path, self._places, self._clock = path, places, clock
        self._edition, self._networks = places.edition, _networks(places)
        self._facts: Facts | None = None
        self._again: float | None = None
        self._changing = threading.Lock()
        self._digests = Digests()
        if held is None:
            self._read(self._seen())
        else:
            self._facts, self.comparison = Facts.of(held.status), Comparison(held.baseline, self._networks)

    @property
    def doubt(self) -> tuple[str, str] | None:
        """A reason not to trust it, if there is one, and in a sentence what follows from it."""
        return None if self.comparison is None else self.comparison.baseline.doubt(self._clock.wall())

    def refresh(self) -> Comparison | None:
        """Read the file again if it is another one; return what is in force. A look that finds nothing is cheap."""
        if self._changing.acquire(blocking=False):  # else somebody learns, and it is in force when that is done
            try:
                self._renew()
            finally:
                self._changing.release()
        return self.comparison

    def learn(self, rows: Iterable[Row], context: Context, at: float) -> str:
        """Take it that these rows are normal here, and write that down; return a sentence. It may take a second."""
        rows = list(rows)
        known = [row for row in rows if any(program_of(owner) for owner in row.owners)]
        if not known:
            return "Nothing was learned: the program is known of none of these rows."
        lesson = Baseline()
        try:
            with self._changing:
                lesson.learn(rows, context, host_name(), at, self._networks, digest_of=self._digests.of_purpose)
                learned = change(self._path, lambda before: before.joined(lesson))
                self.comparison, self.trouble = Comparison(learned, self._networks), ""
        except BaselineError as error:
            return f"Nothing was learned. {error}"
        left = f" Left out: {count(len(rows) - len(known), 'row')} without a known program."
        whose = f"{count(len(known), 'row')} of {count(len(lesson.programs), 'program')}"
        told = f"{whose} {'is' if len(known) == 1 else 'are'} normal here from now on."
        return told + (left if len(rows) > len(known) else "")

    def _renew(self) -> None:
        if self._edition != self._places.edition:
            self._edition, self._networks = self._places.edition, _networks(self._places)
            self.comparison = self.comparison and Comparison(self.comparison.baseline, self._networks)
        facts = self._seen()
        is_settling = facts is not None and 0 <= self._clock.wall() - facts.modified / 1e9 < SETTLING
        is_again = self._again is not None and self._clock.monotonic() >= self._again
        if (facts != self._facts or is_again) and not is_settling:
            self._read(facts)

    def _seen(self) -> Facts | None:
        try:
            return Facts.of(self._path.lstat())
        except OSError:
            return None

    def _read(self, facts: Facts | None) -> None:
        """Put what the file says in force; what it said before, if it is gone or broken, which is said.

        What the system did not let read is read again in a minute.
        """
        before, self._facts, self.trouble, self._again = self.comparison, facts, "", None
        if facts is None:
            self.trouble = safe(f"{self._path} is gone. {_STILL}") if before else ""
            return
        try:
            baseline = load(self._path)
        except BaselineError as error:
            self.trouble = f"{error} {_STILL}" if before else str(error)
            if isinstance(error.__cause__, OSError):
                self._again = self._clock.monotonic() + MINUTE
            return
        if before is None or before.baseline != baseline:
            self.comparison = Comparison(baseline, self._networks)


def _networks(places: Places) -> Networks:
    """Return what names networks by the number of their AS, where files tell it."""

    def asn(address: str) -> int | None:
        place = places.look_up(address)
        return None if place is None else place.asn

    return Networks(asn if "asn" in places.tells else None)
