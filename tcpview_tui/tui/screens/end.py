"""The dialog before a process is ended: who it is, what goes with it, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from tcpview_tui.respond.guard import Level
from tcpview_tui.respond.plan import make_plan
from tcpview_tui.text import count, endpoint
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.respond.guard import Verdict
    from tcpview_tui.respond.plan import Affected, TerminationPlan
    from tcpview_tui.respond.terminate import Signal

SHOWN = 200
"""Children and connections listed; the counts above them are complete."""


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


class EndScreen(Dialog[Choice]):
    """Names the target and asks how to end it. The result is a `Choice`, or `None`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("left", "app.focus_previous", "Left"),
        ("right", "app.focus_next", "Right"),
    ]

    def __init__(
        self, process: Process, rows: Sequence[Row], plain: Callable[[str], str] = str, note: str = ""
    ) -> None:
        """`rows` are all rows there are: the plan looks among them for what the process holds. `note` is a sentence."""
        super().__init__("End process" + (f"\n{note}" if note else ""), _facts(process, plain))
        self._process = process
        self._rows = rows
        self._plain = plain
        self._plan: TerminationPlan | None = None
        self._buttons = Horizontal(Button(Text("Cancel"), id="cancel", compact=True), classes="buttons")
        self._foot = Static(Text("Looking for its children and connections..."), classes="foot")

    def compose_foot(self) -> ComposeResult:
        """Lay out the one button that is known at once; the ways to end the process come with the plan."""
        yield Vertical(id="pid-row")
        yield self._buttons
        yield self._foot

    def on_mount(self) -> None:
        """Start on the answer that does nothing, and make the plan."""
        self.set_focus(self.query_one("#cancel"))
        run_in_background(self, lambda: make_plan(self._process, self._rows), self._show)

    async def _show(self, plan: TerminationPlan) -> None:
        self._plan = plan
        ways = [way for way in WAYS if self._verdict(plan, way).level is not Level.REFUSED and _differs(plan, way)]
        self.body.update(plan_text(plan, self._plain))
        if any(self._verdict(plan, way).level is Level.TYPED for way in ways):
            await self.query_one("#pid-row").mount(Static(Text("Pid:")), Input(type="integer", id="pid"))
        await self._buttons.mount(*(Button(Text(way.label), id=way.id, compact=True) for way in ways))
        told = "TERM asks it to end, KILL ends it at once. Enter cancels; Tab or the arrows choose."
        self._foot.update(Text(told if ways else "It cannot be ended from here. Enter goes back."))
        self.fit()

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


def plan_text(plan: TerminationPlan, plain: Callable[[str], str] = str) -> Text:
    """Return everything a person should know before ending the process of `plan`."""
    text = _facts(plan.process, plain)
    _verdicts(text, plan, plain)
    _connections(text, "Connections that would end", [a for a in plan.connections if a.ends], plain)
    _connections(text, "Connections that others hold too and keep", [a for a in plan.connections if not a.ends], plain)
    if plan.connections:
        text.append("What it shares with a process that is not known here stays open.\n")
    _tree(text, plan, plain)
    return text


def _facts(process: Process, plain: Callable[[str], str]) -> Text:
    text = Text()
    for title, value in (
        ("Process", process.name),
        ("PID", str(process.pid)),
        ("Command", process.command_line or "unknown"),
        ("User", process.user or "unknown"),
        ("Service", process.service or "none known"),
    ):
        text.append(f"{title:<9}", "bold")
        text.append(f"{plain(value)}\n")
    return text


def _verdicts(text: Text, plan: TerminationPlan, plain: Callable[[str], str]) -> None:
    reasons = dict.fromkeys(
        verdict.explain(plan.process.pid) for verdict in (plan.verdict, plan.tree_verdict) if verdict.level
    )
    for reason in reasons:
        text.append(f"\n{plain(reason)}\n", "bold reverse")


def _tree(text: Text, plan: TerminationPlan, plain: Callable[[str], str]) -> None:
    if not plan.descendants:
        if plan.verdict.level is not Level.REFUSED:
            text.append("\nIt has no children.")
        return
    text.append(f"\n{count(len(plan.descendants), 'child', 'children')} below it (the tree):\n", "bold")
    for child in plan.descendants[:SHOWN]:
        text.append(f"  {'  ' * min(child.depth - 1, 8)}{plain(child.name)} (pid {child.pid})\n")
    alone = {affected.row.key for affected in plan.connections if affected.ends}
    more = [affected for affected in plan.tree_connections if affected.ends and affected.row.key not in alone]
    _connections(text, "With the tree also", more, plain)


def _connections(text: Text, title: str, affected: list[Affected], plain: Callable[[str], str]) -> None:
    if not affected:
        return
    text.append(f"\n{title} ({len(affected)}):\n", "bold")
    for each in affected[:SHOWN]:
        connection = each.row.connection
        ends = endpoint(*connection.local) + (f" > {endpoint(*connection.remote)}" if connection.remote else "")
        text.append(f"  {connection.protocol} {plain(ends)} {connection.state.value}\n")
