"""The dialog before several processes are ended: who they are, what goes with them, and who is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual import on
from textual.widgets import Button, Static

from tcpview_tui.respond.guard import Level
from tcpview_tui.respond.several import LIMIT, plan_several
from tcpview_tui.text import count
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.screens.answers import HOW, AnswerScreen

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.respond.several import JointPlan, Target
    from tcpview_tui.respond.terminate import Signal

_SIGNALS: tuple[Signal, ...] = ("TERM", "KILL")


@dataclass(frozen=True, slots=True)
class JointChoice:
    """What the person decided, on the plan that was seen."""

    plan: JointPlan
    signal: Signal


class EndSeveralScreen(AnswerScreen[JointChoice]):
    """Lists the targets and asks how to end them. The result is a `JointChoice`, or `None`."""

    def __init__(
        self, processes: Sequence[Process], rows: Sequence[Row], plain: Callable[[str], str] = str, note: str = ""
    ) -> None:
        """`rows` are all rows there are: the plan looks among them for what is held. `note` is a sentence."""
        super().__init__(_title(processes, note=note), "", "Looking at them and their connections...")
        self._note = note
        self._processes = processes
        self._rows = rows
        self._plain = plain
        self._plan: JointPlan | None = None

    async def on_mount(self) -> None:
        """Make the plan."""
        run_in_background(self, lambda: plan_several(self._processes, self._rows), self._show)

    async def _show(self, plan: JointPlan) -> None:
        self._plan = plan
        self.body.update(joint_text(plan, self._plain))
        number = len(plan.targets)
        everybody = f"all {number}" if number > 1 else "1"
        self.query_one(".title", Static).update(Text(_title(self._processes, number, self._note)))
        answers = [(signal, f"{signal} {everybody}") for signal in _SIGNALS if number]
        await self.offer(answers, HOW if number else "None can be ended from here. Enter goes back.")

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        signal = next((signal for signal in _SIGNALS if signal == event.button.id), None)
        self.dismiss(None if signal is None or self._plan is None else JointChoice(self._plan, signal))


def joint_text(plan: JointPlan, plain: Callable[[str], str] = str) -> RenderableType:
    """Return everything a person should know before ending the targets of `plan`."""
    parts = [_beyond(plan)] if plan.beyond else []
    if plan.targets:
        parts += [_consequences(plan), _targets(plan.targets, plain)]
    if plan.left_out:
        parts.append(_left_out(plan.left_out, plain))
    return Group(*parts)


def _title(processes: Sequence[Process], ending: int | None = None, note: str = "") -> str:
    part = "" if ending in {None, len(processes)} else f"{ending} of "
    return f"End {part}{_processes(len(processes))}" + (f"\n{note}" if note else "")


def _processes(number: int) -> str:
    return count(number, "process", "processes")


def _beyond(plan: JointPlan) -> RenderableType:
    told = f"{_processes(plan.beyond)} more would not be ended: {LIMIT} at once are the limit.\n"
    return Text(told, "bold reverse")


def _consequences(plan: JointPlan) -> RenderableType:
    text = Text(f"{count(plan.ending, 'connection')} would end with them; what others hold too stays open.\n")
    return text.append("TERM asks them to end, KILL ends them at once. Their children go on.\n")


def _targets(targets: Sequence[Target], plain: Callable[[str], str]) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_row(*(Text(title, "bold") for title in ("PID", "Process", "User", "Connections")))
    for target in targets:
        process = target.process
        cells = (str(process.pid), plain(process.name), plain(process.user or "unknown"), f"{target.ending:,}")
        table.add_row(*map(Text, cells))
        command = Text(plain(process.command_line or "command line unknown"), no_wrap=True, overflow="ellipsis")
        table.add_row("", command, "", "")
    return table


def _left_out(targets: Sequence[Target], plain: Callable[[str], str]) -> RenderableType:
    text = Text(f"\nLeft out ({len(targets)}):", "bold")
    for target in targets:
        alone = " End it alone." if target.verdict.level is Level.TYPED else ""
        text.append(f"\n  {plain(target.verdict.reason)}{alone}", "not bold")
    return text
