"""One run of the live table: everything that is not a widget, in one place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tcpview_tui.changes import changed
from tcpview_tui.findings.marked import Marked
from tcpview_tui.judging.bench import Bench
from tcpview_tui.memory import Memory
from tcpview_tui.model.arrangement import Arrangement
from tcpview_tui.model.columns import Context
from tcpview_tui.model.diff import diff
from tcpview_tui.model.live import LiveTable
from tcpview_tui.model.place_columns import PLACES
from tcpview_tui.model.query import Query, parse
from tcpview_tui.model.sieve import Sieve
from tcpview_tui.model.tide import Traffic
from tcpview_tui.model.traffic_columns import TRAFFIC
from tcpview_tui.model.view import View
from tcpview_tui.respond.log import ActionLog
from tcpview_tui.tui.glyphs import ASCII, UNICODE
from tcpview_tui.tui.lookups import Lookups
from tcpview_tui.tui.recall import facts, restore
from tcpview_tui.tui.taping import Taping
from tcpview_tui.tui.unseen import unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.diff import Difference
    from tcpview_tui.model.inspection import Inspection
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.moment import Moment
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.snapshot import Problem, Snapshot
    from tcpview_tui.model.traffic import Gauge
    from tcpview_tui.sources.base import Sampler


class Session:
    """The live table, the view of it, the look-ups and the action log of one run.

    Every method that takes something in leaves `view` up to date; the caller draws it.
    """

    def __init__(
        self,
        sampler: Sampler,
        clock: Clock,
        settings: Settings,
        cache: Path,
        named: Callable[[Mapping[str, str]], None],
        memory: Memory | None = None,
        bench: Bench | None = None,
    ) -> None:
        """`cache` is the folder for Whois answers; `named` hears, from another thread, of names that arrived.

        `memory` is what was remembered of the runs before. `clock` is that of the person at the keyboard. Without a
        `bench` nothing is judged.
        """
        self.sampler, self.clock, self.settings = sampler, clock, settings
        self.time, self.interval = self._tempo()
        self.glyphs = ASCII if settings.ascii else UNICODE
        self.live = LiveTable(self.time, settings.linger)
        self.view = View()
        self.traffic = Traffic()
        self.marks_traffic = settings.traffic
        self.bench = bench or Bench(clock)
        self.marked = Marked(self.bench.register)
        self.view.context = self._context()
        self.log = ActionLog(clock)
        self.taping = Taping(clock, self.bench)
        self.lookups = Lookups(settings, clock, cache, named)
        self.sieve = Sieve(parse(settings.filter) if settings.filter.strip() else None)
        self.arrangement, self.page = Arrangement(), 0
        self.details, self.theme = False, settings.theme
        self._places = 0
        self.frozen_at: float | None = None
        self.late = 0.0
        self.snapshot: Snapshot | None = None
        self._frozen_look = 0
        self.memory = memory or Memory(None)
        restore(self, self.memory.remembered)
        self._facts = facts(self)
        self.narrow()

    def _context(self) -> Context:
        return Context(
            service_name=self.sampler.service_name,
            gauges=self.traffic.gauges,
            marks_traffic=self.marks_traffic,
            findings=self.bench.register.of,
            unchecked=self.bench.register.unchecked_of,
            place=self.bench.place,
            is_outside=self.bench.is_outside,
        )

    def _tempo(self) -> tuple[Clock, float]:
        """Return the clock by which happens what is shown, and the seconds between two looks."""
        return self.clock, self.settings.interval

    @property
    def shows_flow(self) -> bool:
        """Whether what flows at the moment is known."""
        return self.sampler.source.has_counters and self.snapshot is not None

    @property
    def standing(self) -> str:
        """Which time is shown, in a word."""
        return "LIVE"

    @property
    def names(self) -> Mapping[str, str]:
        """The names of remote addresses to show, by address."""
        return self.lookups.known

    @property
    def without(self) -> frozenset[str]:
        """The columns that have nothing to say: names that are not looked up, the closing of rows that do not stay,
        findings where there are none, places without a file of them, and counters that the source does not tell."""
        used = {
            "host": self.lookups.names_on,
            "closed": self.live.keeps_closed,
            "finding": bool(self.bench.register),
        }
        told = self.bench.places[1]
        placeless = {name for name, fact in PLACES.items() if fact not in told}
        uncounted = frozenset() if self.sampler.source.has_counters else TRAFFIC
        return uncounted.union(placeless, (name for name, is_used in used.items() if not is_used))

    def take(self, snapshot: Snapshot, difference: Difference | None = None, late: float = 0.0) -> None:
        """Take in the next snapshot, and what distinguishes it from the one before, if that is known already.

        `late` is by how many seconds the look was behind its interval.
        """
        difference = difference or diff(self.snapshot.connections if self.snapshot else {}, snapshot.connections)
        self.snapshot, self.late = snapshot, late
        self.taping.take(snapshot, difference)
        update = self.live.apply(snapshot, difference)
        self._judge(update, snapshot.gauges)
        self._place()
        moved = self.traffic.take(snapshot, self.live.rows)
        self.lookups.want_names(update, self.live.rows)
        self._join()
        is_sorted = any(by.column in TRAFFIC for by in self.view.order.by)
        self._show(moved | update if is_sorted else update)

    def tick(self) -> None:
        """Let marks fade and waiting rows find their places."""
        self._show(self.live.expire())
        self.view.settle(self.clock.monotonic())

    def next_tick(self) -> float | None:
        """Return in how many seconds `tick` will have something to do; `None` for not before the next event."""
        waits = (self.live.next_expiry(), self.view.unsettled_for(self.clock.monotonic()))
        return min((wait for wait in waits if wait is not None), default=None)

    def freeze(self) -> None:
        """Freeze the view; collection goes on."""
        self.frozen_at = self.time.wall()
        self._frozen_look = self.snapshot.sequence if self.snapshot else 0
        self.view.freeze()
        self.view.context = replace(self.view.context, gauges=dict(self.traffic.gauges))
        self.live.hold()

    def thaw(self) -> None:
        """Show what is there now, with exactly what came, went and changed meanwhile marked."""
        self.frozen_at = None
        update = self.live.release()
        self._join()
        self.view.thaw(self.live.rows)
        self._forget(update)

    def step(self) -> None:
        """While frozen, show the state of now and stay frozen."""
        self.thaw()
        self.freeze()

    def narrow(self) -> None:
        """Show only what the sieve lets through now: call it after the sieve was changed."""
        self.view.context = replace(self.view.context, since=self.sieve.moments.dims_since)
        self.view.narrow(self.sieve.narrowing())

    def filter(self, query: Query | None) -> None:
        """Show only what `query` matches."""
        self.sieve.query = query
        self.narrow()

    def toggle(self, kind: str) -> bool:
        """Switch a kind of row off or on; return whether it is on now."""
        self.sieve.off ^= {kind}
        self.narrow()
        return kind not in self.sieve.off

    def show_all(self) -> None:
        """Take off every filter and switch; named filters and marks are kept, out of force."""
        self.sieve.open()
        self.narrow()

    def mark(self) -> Moment:
        """Set a mark at what is shown now: while frozen, that is the look that was frozen."""
        look = self.snapshot.sequence if self.snapshot else 0
        at = self.time.wall()
        if self.frozen_at is not None:
            look, at = self._frozen_look, self.frozen_at
        moment = self.sieve.moments.mark(look, at)
        self.narrow()
        return moment

    def keep_closed(self, keep: bool) -> None:
        """Keep closed rows from now on, or let them go."""
        self._show(self.live.keep_closed(keep))

    def clear_closed(self) -> None:
        """Let every closed row go that is neither pinned nor selected nor under a cursor that a person put there."""
        self._show(self.live.clear_closed())

    def note_changes(self) -> bool:
        """Let the memory note what a person changed since the last time; return whether there was anything."""
        before, self._facts = self._facts, facts(self)
        changes = changed(before, self._facts)
        self.memory.note(changes)
        return bool(changes)

    def toggle_names(self) -> bool:
        """Switch reverse DNS on or off; return whether it is on now."""
        is_on = self.lookups.toggle_names()
        self.lookups.want_names({}, self.live.rows)
        return is_on

    def toggle_traffic(self) -> bool:
        """Switch the mark of rows that carry traffic on or off; return whether it is on now."""
        self.marks_traffic = not self.marks_traffic
        self.view.context = replace(self.view.context, marks_traffic=self.marks_traffic)
        return self.marks_traffic

    def names_arrived(self) -> None:
        """Join the rows with names that have just become known."""
        self.taping.named(self.lookups.names.known, self.snapshot)
        self._rejoin()

    def _rejoin(self) -> None:
        self._join()
        sort = any(by.column == "host" for by in self.view.order.by)
        if sort or self.view.narrowing.needs_names:
            self.view.rejoin(self.clock.monotonic(), sort=sort)

    def _place(self) -> None:
        """Filter and sort anew when more is known of places."""
        version, _ = self.bench.places
        if version != self._places:
            self._places = version
            self.view.rejoin(self.clock.monotonic(), sort=any(by.column in PLACES for by in self.view.order.by))

    def inspect(self, process: Process) -> Inspection:
        """Return what is read of a process when somebody looks at it; in any thread, and it may take a second."""
        return replace(self.sampler.inspect(process), dossier=self.bench.dossier(process))

    def findings_arrived(self) -> None:
        """Join the rows with what was just found, or is no longer to be told."""
        self.marked.renew(self.live.rows)
        self.taping.judged(self.snapshot)
        is_sorted = any(by.column == "finding" for by in self.view.order.by)
        self.view.rejoin(self.clock.monotonic(), sort=is_sorted)

    def problems(self) -> list[Problem]:
        """Return everything that cannot be seen at the moment, and why, the most serious first."""
        return unseen(self)

    def _show(self, update: Update) -> None:
        self.view.apply(update, self.clock.monotonic())
        self._forget(update)

    def _forget(self, update: Update) -> None:
        self.marked.take(update)
        gone: Update = {key: None for key, row in update.items() if row is None}
        self.traffic.drop(gone, self.view.held)
        if gone:
            self._judge(gone, {})

    def _judge(self, update: Update, gauges: Mapping[Key, Gauge]) -> None:
        mark = self.sieve.moments.current
        self.bench.take(update, gauges, self.time.wall(), mark.at if mark else None)

    def _join(self) -> None:
        now = self.time.wall() if self.frozen_at is None else self.frozen_at
        gauges = self.traffic.gauges if self.frozen_at is None else self.view.context.gauges
        since = self.sieve.moments.dims_since
        self.view.context = replace(self.view.context, now=now, names=self.names, since=since, gauges=gauges)
