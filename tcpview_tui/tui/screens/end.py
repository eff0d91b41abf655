"""The dialog before a process is ended: who it is, what goes with it, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.widgets import Button, Input, Static

from tcpview_tui.respond.guard import Level
from tcpview_tui.respond.plan import make_plan
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.entry import Entry
from tcpview_tui.tui.screens.answers import HOW, AnswerScreen
from tcpview_tui.tui.screens.end_text import facts, plan_text

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.respond.guard import Verdict
    from tcpview_tui.respond.plan import TerminationPlan
    from tcpview_tui.respond.terminate import Signal


@dataclass(frozen=True, slots=True)
class Way:
    """One way to end a process."""

    id: str
    label: str
    signal: Signal
    tree: bool


WAYS = (
    Way("term", "TERM", "TERM", False),
    Way("kill", "KILL", "KILL", False),
    Way("term-tree", "TERM tree", "TERM", True),
    Way("kill-tree", "KILL tree", "KILL", True),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person decided, on the plan that was seen."""

    plan: TerminationPlan
    way: Way
    typed_pid: int | None


class EndScreen(AnswerScreen[Choice]):
    """Names the target and asks how to end it. The result is a `Choice`, or `None`."""

    def __init__(
        self, process: Process, rows: Sequence[Row], plain: Callable[[str], str] = str, note: str = ""
    ) -> None:
        """`rows` are all rows there are: the plan looks among them for what the process holds. `note` is a sentence."""
        title = "End process" + (f"\n{note}" if note else "")
        super().__init__(title, facts(process, plain), "Looking for its children and connections...")
        self._process = process
        self._rows = rows
        self._plain = plain
        self._plan: TerminationPlan | None = None

    def compose_foot(self) -> ComposeResult:
        """Lay out the place for a pid, and the one button that is known at once."""
        yield Vertical(id="pid-row")
        yield from super().compose_foot()

    async def on_mount(self) -> None:
        """Make the plan."""
        run_in_background(self, lambda: make_plan(self._process, self._rows), self._show)

    async def _show(self, plan: TerminationPlan) -> None:
        self._plan = plan
        ways = [way for way in WAYS if self._verdict(plan, way).level is not Level.REFUSED and _differs(plan, way)]
        self.body.update(plan_text(plan, self._plain))
        if any(self._verdict(plan, way).level is Level.TYPED for way in ways):
            await self.query_one("#pid-row").mount(Static(Text("Pid:")), Entry(type="integer", id="pid"))
        told = HOW if ways else "It cannot be ended from here. Enter goes back."
        await self.offer([(way.id, way.label) for way in ways], told)

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        way = next((way for way in WAYS if way.id == event.button.id), None)
        self.dismiss(None if way is None or self._plan is None else Choice(self._plan, way, self._typed()))

    def _typed(self) -> int | None:
        for field in self.query(Input):
            return int(field.value) if field.value.isdecimal() else None
        return None

    @staticmethod
    def _verdict(plan: TerminationPlan, way: Way) -> Verdict:
        return plan.tree_verdict if way.tree else plan.verdict


def _differs(plan: TerminationPlan, way: Way) -> bool:
    return not way.tree or bool(plan.descendants)
