"""The application of a replay: the table's, with a player in place of the sampling thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tcpview_tui.tui.app import TcpviewApp
from tcpview_tui.tui.messages import SceneReached
from tcpview_tui.tui.replay.bench import RecordedBench
from tcpview_tui.tui.replay.player import Player
from tcpview_tui.tui.replay.screen import ReplayScreen
from tcpview_tui.tui.replay.session import ReplaySession

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from rich.text import Text

    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.memory import Memory
    from tcpview_tui.record.history import History
    from tcpview_tui.sources.base import Sampler
    from tcpview_tui.tui.action import Action
    from tcpview_tui.tui.replay.scene import Scene
    from tcpview_tui.tui.screens.main import MainScreen


class ReplayApp(TcpviewApp):
    """Shows a recording. It returns an exit status."""

    SESSION = ReplaySession

    def __init__(
        self,
        history: History,
        summary: Callable[[], Text],
        sampler: Sampler,
        clock: Clock,
        settings: Settings,
        cache: Path,
        no_color: bool = False,
        memory: Memory | None = None,
    ) -> None:
        """`summary` says what the recording comes to. The source of `sampler` is a `Recorded` one."""
        self._history, self._summary = history, summary
        super().__init__(sampler, clock, settings, cache, no_color, memory, RecordedBench(clock))

    def _stage(self, actions: Sequence[Action]) -> MainScreen:
        session = cast("ReplaySession", self.session)
        self.engine = player = Player(self._history, self._reached, session.live.memory, session.clock)
        return ReplayScreen(session, player, self._summary, actions)

    def _reached(self, scene: Scene) -> None:
        self.tell(SceneReached(scene))
