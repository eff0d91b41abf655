"""The rules beside a recorder: they judge what each look has brought, and what they find is recorded with the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.model.live import LiveTable

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.findings.register import Register
    from tcpview_tui.judging.bench import Bench
    from tcpview_tui.model.diff import Difference
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.snapshot import Problem, Snapshot


class Judging:
    """Feeds a bench with the rows of a table, as the live table does: the rules know of nothing else."""

    def __init__(self, bench: Bench, clock: Clock) -> None:
        """Begin to judge; `close` ends that."""
        self._bench, self._clock = bench, clock
        self._table = LiveTable(clock)
        bench.start(lambda: None)

    @property
    def register(self) -> Register:
        """All that was found by now."""
        return self._bench.register

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be judged, or not as was wanted."""
        return tuple(self._bench.problems())

    def take(self, snapshot: Snapshot, difference: Difference) -> None:
        """Have a look judged; returns at once."""
        gone: Update = {key: None for key, row in self._table.expire().items() if row is None}
        if gone:
            self._bench.take(gone, {}, self._clock.wall(), None)
        update = self._table.apply(snapshot, difference)
        self._bench.take(update, snapshot.gauges, self._clock.wall(), None)

    def settle(self) -> bool:
        """Wait, not long, until all that was taken is judged; return whether it is."""
        return self._bench.settle()

    def close(self) -> None:
        """Judge no more."""
        self._bench.stop()
