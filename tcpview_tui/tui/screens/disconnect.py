"""The dialog before connections are closed: which they are, what it means for their processes, who is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.text import Text
from textual import on
from textual.containers import Vertical
from textual.widgets import Button, Input, Static

from tcpview_tui.model.connection import State
from tcpview_tui.respond.closing import LIMIT, ClosingPlan, holder, plan_closing
from tcpview_tui.respond.guard import Level
from tcpview_tui.text import count
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.entry import Entry
from tcpview_tui.tui.screens.answers import HOW, AnswerScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tcpview_tui.model.connection import Connection
    from tcpview_tui.model.row import Row


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person decided, on the plan that was seen."""

    plan: ClosingPlan
    typed_port: int | None


class DisconnectScreen(AnswerScreen[Choice]):
    """Lists the connections and asks whether to close them. The result is a `Choice`, or `None`.

    What carries this session can only be closed alone, by its port typed: in a list it would be overlooked.
    """

    DEFAULT_CSS = "DisconnectScreen #port { height: auto; }"

    def __init__(self, rows: Sequence[Row], plain: Callable[[str], str] = str) -> None:
        """`plain` makes foreign text what the terminal can show."""
        super().__init__("Disconnect", "", "Looking for the connection that carries this session...")
        self._rows = rows
        self._plain = plain
        self._plan: ClosingPlan | None = None

    def compose_foot(self) -> ComposeResult:
        """Lay out the place for a port, and the one button that is known at once."""
        yield Vertical(id="port")
        yield from super().compose_foot()

    async def on_mount(self) -> None:
        """Make the plan."""
        run_in_background(self, lambda: plan_closing(self._rows[:LIMIT]), self._show)

    async def _show(self, plan: ClosingPlan) -> None:
        self._plan = plan
        alone = len(self._rows) == 1
        closing = plan.targets if alone else plan.at(Level.ALLOWED)
        self.query_one(".title", Static).update(Text(_title(len(closing), len(self._rows))))
        self.body.update(closing_text(plan, len(self._rows) - len(plan.targets), self._plain))
        if alone and plan.at(Level.TYPED):
            await self.query_one("#port").mount(Static(Text("Remote port:")), Entry(type="integer", id="typed"))
        label = "Disconnect" if alone else f"Disconnect all {len(closing)}"
        told = HOW if closing else "None can be closed from here. Enter goes back."
        await self.offer([("disconnect", label)] if closing else [], told)

    @on(Button.Pressed)
    def _on_pressed(self, event: Button.Pressed) -> None:
        agreed = self._plan if event.button.id == "disconnect" else None
        self.dismiss(Choice(agreed, self._typed()) if agreed else None)

    def _typed(self) -> int | None:
        for field in self.query(Input):
            return int(field.value) if field.value.isdecimal() else None
        return None


def closing_text(plan: ClosingPlan, beyond: int = 0, plain: Callable[[str], str] = str) -> Text:
    """Return everything a person should know before `plan` is carried out; `beyond` rows are not in it."""
    text = Text()
    alone = len(plan.targets) == 1 and not beyond
    closing, session = (plan.targets, []) if alone else (plan.at(Level.ALLOWED), plan.at(Level.TYPED))
    if beyond:
        told = f"{count(beyond, 'connection')} more would stay open: {LIMIT} at once are the limit.\n\n"
        text.append(told, "bold reverse")
    if alone and plan.at(Level.TYPED):
        text.append(f"{plain(plan.targets[0].told)}\n\n", "bold reverse")
    text.append(_consequences([target.connection for target in closing]))
    for target in closing:
        text.append(f"\n{plain(target.connection.ends)}\n", "bold")
        text.append(f"  {target.connection.state.label}, {plain(holder(target.row))}")
    _left_out(text, [plain(f"{target.verdict.reason} Close it alone.") for target in session])
    _left_out(text, [plain(target.told) for target in plan.at(Level.REFUSED)])
    return text


def _title(closing: int, asked: int) -> str:
    part = "" if closing == asked else f"{closing} of "
    return f"Disconnect {part}{count(asked, 'connection')}"


def _consequences(connections: Sequence[Connection]) -> str:
    told = []
    if any(each.transport == "tcp" and each.state is not State.LISTEN for each in connections):
        told.append("The process of a TCP connection gets an error, and can connect again; the other end sees a reset.")
    if any(each.state is State.LISTEN for each in connections):
        told.append("The listening socket is closed. Its process may not notice, and what it accepted stays open.")
    if any(each.transport != "tcp" for each in connections):
        told.append("The process of a socket that is not TCP gets an error, and can go on using it.")
    return "".join(f"{sentence}\n" for sentence in told)


def _left_out(text: Text, reasons: Sequence[str]) -> None:
    for reason in reasons:
        text.append("\n\nLeft out: ", "bold").append(reason)
