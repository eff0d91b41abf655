"""The screen of the live table: each look is taken in and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on

from tcpview_tui.tui.actions import ACTIONS
from tcpview_tui.tui.messages import SnapshotTaken
from tcpview_tui.tui.screens.main import MainScreen, bindings
from tcpview_tui.tui.screens.states import StatesScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from tcpview_tui.tui.action import Action
    from tcpview_tui.tui.feed import Feed
    from tcpview_tui.tui.session import Session


class LiveScreen(MainScreen):
    """The live table."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("live")
    table_of = "live"
    WAITING = "Looking at the machine"

    def __init__(self, session: Session, feed: Feed, actions: Sequence[Action] = ACTIONS) -> None:
        """`feed` is where the looks come from."""
        super().__init__(session, actions)
        self.feed = feed
        self.step_at: int | None = None

    @on(SnapshotTaken)
    def _on_snapshot(self, message: SnapshotTaken) -> None:
        first = self.session.snapshot is None
        self.session.take(message.snapshot, message.difference, message.late)
        if self.step_at is not None and message.snapshot.sequence >= self.step_at:
            self.step_at = None
            self.session.step()
        if first:
            self.greet()
        self.follower.look_again()
        self.draw()
        if isinstance(self.app.screen, StatesScreen):
            self.app.screen.refresh_counts()
        self.feed.taken()
