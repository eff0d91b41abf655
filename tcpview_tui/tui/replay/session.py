"""One replay: what the table of a recording shows at the time that is played."""

from __future__ import annotations

from collections import ChainMap
from functools import cached_property
from typing import TYPE_CHECKING, cast

from tcpview_tui.model import limits
from tcpview_tui.record.playback import Playback, RecordedClock
from tcpview_tui.tui.replay.zone import other_zone
from tcpview_tui.tui.session import Session
from tcpview_tui.tui.unseen import by_seriousness

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.live import Update
    from tcpview_tui.model.snapshot import Problem, Snapshot
    from tcpview_tui.sources.recorded import Recorded
    from tcpview_tui.tui.replay.bench import RecordedBench
    from tcpview_tui.tui.replay.scene import Scene


class ReplaySession(Session):
    """A session whose time is that of a recording, and stands where the last scene has put it.

    Its sampler has a `Recorded` source.
    """

    scene: Scene | None = None
    """Where the replay is; `None` before the first scene."""

    def _tempo(self) -> tuple[Clock, float]:
        return RecordedClock(), self._recorded.interval

    @cached_property
    def playback(self) -> Playback:
        """What feeds the table."""
        return Playback(cast("RecordedClock", self.time), self.live)

    @property
    def _recorded(self) -> Recorded:
        return cast("Recorded", self.sampler.source)

    @property
    def time_zone(self) -> str:
        """What is to be said of the zone of its times, if anything is."""
        return "" if self.scene is None else other_zone(self._recorded.time_zone, self.scene.start.wall)

    @property
    def names(self) -> Mapping[str, str]:
        """Names that were looked up now, and those of the recording as far as they were known by then."""
        return ChainMap(dict(self.lookups.known), self.playback.looks.names)

    @property
    def without(self) -> frozenset[str]:
        """As in a live table; names are shown when the recording has some, and no rates: it counts too seldom."""
        return super().without - ({"host"} if self.playback.looks.names else set()) | {"rate_in", "rate_out"}

    @property
    def shows_flow(self) -> bool:
        """Whether what flows at the moment is known: it was not recorded."""
        return False

    @property
    def standing(self) -> str:
        """Whether time goes on, and how fast."""
        if self.scene is None:
            return "REPLAY"
        if not self.scene.is_playing:
            return "PAUSED"
        return "FOLLOWING" if self.scene.place.event >= self.scene.end.event else f"PLAYING {self.scene.speed}x"

    def show(self, scene: Scene) -> bool:
        """Take in where the replay is now, and what happened on the way; return whether other findings stand there."""
        self.scene, known = scene, len(self.playback.looks.names)
        update: Update = {}
        last: Update = {}
        if scene.whole is not None:
            update = self._took(*self.playback.leap(scene.whole))
        for fresh in self._play(scene):
            last |= {key: update[key] for key, row in fresh.items() if row is None and key in update}
            update |= fresh
        self._join()
        is_judged = cast("RecordedBench", self.bench).show(self.playback.looks.findings)
        if scene.whole is not None:
            self._forget(update)
            self._renew()
        else:
            self.view.apply({key: row for key, row in last.items() if key in self.view.held}, self.clock.monotonic())
            self._show(update)
        if len(self.playback.looks.names) != known:
            self._rejoin()
        if is_judged:
            self.findings_arrived()
        return is_judged

    def _play(self, scene: Scene) -> Iterator[Update]:
        for events in scene.moments:
            yield self._took(*self.playback.take(events))
        yield self.playback.put(scene.place)

    def _renew(self) -> None:
        """Show the rows of another time: no other one stays, be it pinned, selected or under the cursor."""
        view, rows = self.view, self.live.rows
        view.selection.restrict(view.selection.keys & rows.keys())
        if view.current is not None and view.current.key not in rows:
            view.go_home(self.clock.monotonic())
        pins, view.pins = view.pins, view.pins & rows.keys()
        view.thaw(rows)
        view.pins = pins

    def problems(self) -> list[Problem]:
        """Return what could not be seen then, and the limits of how it was recorded, the most serious first."""
        taken = list(self._recorded.problems)
        if self.lookups.problem:
            taken.append(limits.names(self.lookups.problem))
        seen: limits.TcpSeen = "always" if self._recorded.follows_tcp else "at looks"
        taken.append(limits.polling(self.interval, None, seen))
        return by_seriousness(taken)

    def next_tick(self) -> float | None:
        """Return in how many seconds rows that wait find their places: marks fade by the time that is played."""
        return self.view.unsettled_for(self.clock.monotonic())

    def _took(self, snapshot: Snapshot, update: Update) -> Update:
        self.snapshot, self._recorded.problems = snapshot, snapshot.problems
        return self.traffic.take(snapshot, self.live.rows) | update
