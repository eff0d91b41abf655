"""The screen of a replay: the table of a recording, and its time line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from tcpview_tui.sources.recorded import REASON
from tcpview_tui.tui.actions import ACTIONS
from tcpview_tui.tui.messages import FindingsArrived, SceneReached
from tcpview_tui.tui.replay import commands
from tcpview_tui.tui.replay.jumping import target
from tcpview_tui.tui.replay.timeline import Timeline
from tcpview_tui.tui.screens.main import MainScreen, bindings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.text import Text
    from textual.binding import BindingType

    from tcpview_tui.tui.action import Action
    from tcpview_tui.tui.replay.player import Player
    from tcpview_tui.tui.replay.session import ReplaySession


class ReplayScreen(MainScreen, inherit_bindings=False):
    """The table of a recording. `summary` says, in any thread, what the recording comes to."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("replay")
    table_of = "replay"
    WAITING = "Reading the recording"

    session: ReplaySession

    def __init__(
        self,
        session: ReplaySession,
        player: Player,
        summary: Callable[[], Text],
        actions: Sequence[Action] = ACTIONS,
    ) -> None:
        super().__init__(session, actions)
        self.player, self.summary = player, summary
        self.timeline = Timeline(lambda: self.palette, session.glyphs)
        self.below = (self.timeline,)

    def offered(self) -> list[Action]:
        """Return the actions that can be offered, those that only a replay has first."""
        return sorted(super().offered(), key=lambda action: action.where != "replay")

    def refusal(self, action: Action) -> str | None:
        """Return why an action cannot be done: nothing can be done to what is over."""
        return REASON if action.of_now else super().refusal(action)

    def action_do(self, name: str) -> None:
        """Run the action of that name. What was done stands in the recording, and Esc ends a search first."""
        if name == "log":
            commands.show_log(self)
        elif name != "clear" or not self.player.end_search():
            super().action_do(name)

    def restyle(self) -> None:
        """Draw everything anew, with other columns or another theme."""
        super().restyle()
        self.timeline.redraw()

    def on_resize(self) -> None:
        """Fit everything to the new size: each cell of the time line is a part of the time."""
        super().on_resize()
        self.player.show_activity(self.size.width)

    @on(SceneReached)
    def _on_scene(self, message: SceneReached) -> None:
        scene, is_first = message.scene, self.session.scene is None
        if self.session.show(scene) and not self.is_active:  # a dialog lists what was found
            self.app.screen.post_message(FindingsArrived())
        if is_first:
            self.greet()
        if not scene.is_playing:  # in a time that stands still nobody would ever have finished moving
            self.session.view.settle_now(self.session.clock.monotonic())
        if scene.found is not None:
            self.session.view.go_to(scene.found.key, self.session.clock.monotonic())
        self.timeline.show(scene)
        self.draw()
        if told := scene.told or (self.session.time_zone if is_first else ""):
            self.say(told, "hint" if scene.found else "warning")
        self.player.taken()

    @on(Timeline.Wanted)
    def _on_wanted(self, message: Timeline.Wanted) -> None:
        self.player.jump(target(f"{message.share * 100:.3f}%"))
