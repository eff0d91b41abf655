"""The messages between threads, screens and widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.message import Message

if TYPE_CHECKING:
    from tcpview_tui.model.diff import Difference
    from tcpview_tui.model.snapshot import Snapshot
    from tcpview_tui.tui.replay.scene import Scene

Tone = Literal["hint", "warning", "error"]


class SnapshotTaken(Message):
    """The sampling thread has looked, `late` seconds late, and has compared that with the look before."""

    def __init__(self, snapshot: Snapshot, difference: Difference, late: float = 0.0) -> None:
        super().__init__()
        self.snapshot = snapshot
        self.difference = difference
        self.late = late


class SceneReached(Message):
    """The player has moved on."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene


class FindingsArrived(Message):
    """The judge has found something, or takes it back."""

    def can_replace(self, message: Message) -> bool:
        """One of them in the queue is enough."""
        return isinstance(message, FindingsArrived)


class NamesArrived(Message):
    """Reverse DNS has answered for some addresses."""

    def can_replace(self, message: Message) -> bool:
        """One of them in the queue is enough."""
        return isinstance(message, NamesArrived)
