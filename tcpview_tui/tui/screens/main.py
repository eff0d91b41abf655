"""The main screen: the table, the lines around it, and the way from a key to an action."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen

from tcpview_tui.tui.actions import ACTIONS, BY_ID, keys_by_id, offered
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.commands.arranging import arrange
from tcpview_tui.tui.commands.screens import open_menu
from tcpview_tui.tui.commands.viewing import sort_by
from tcpview_tui.tui.details import DetailsPane
from tcpview_tui.tui.filterbar import FilterBar
from tcpview_tui.tui.follower import Follower
from tcpview_tui.tui.frame import Frame
from tcpview_tui.tui.header import Header
from tcpview_tui.tui.messages import FindingsArrived, NamesArrived, Tone
from tcpview_tui.tui.painter import Painter
from tcpview_tui.tui.table import ConnectionTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from tcpview_tui.model.row import Row
    from tcpview_tui.tui.action import Action, Table
    from tcpview_tui.tui.app import TcpviewApp
    from tcpview_tui.tui.commands.copying import Copied
    from tcpview_tui.tui.session import Session
    from tcpview_tui.tui.theme import Palette

_CURTAIN = 0.3
"""Seconds that the screen waits for the first look before it is drawn empty: drawn once is sent once."""

_NAMES_PAUSE = 0.5
"""Seconds in which names are gathered: each alone would be filtered for, sorted and drawn."""

_MEMORY_PAUSE = 1.0
"""Seconds after the last change until it is written down: a key that repeats is written once."""

BESIDE = 160
"""Cells of a screen from which on the details stand beside the table and not below it."""


def bindings(table: Table) -> list[BindingType]:
    """Return the keys of the actions that a table has."""
    there = (action for action in ACTIONS if action.is_in(table))
    return [Binding(",".join(a.keys), f"do('{a.id}')", a.title, id=a.id, show=False) for a in there]


class MainScreen(Screen[None]):
    """The table. Actions work on it; data comes in as messages and is drawn at once."""

    table_of: ClassVar[Table]
    WAITING: ClassVar[str]
    """What is said before there is anything to show."""

    def __init__(self, session: Session, actions: Sequence[Action] = ACTIONS) -> None:
        """`actions` are all there are, with the keys they have in this run."""
        super().__init__()
        self.session: Session = session
        self.actions = actions
        self.copied: Copied | None = None
        self.table: ConnectionTable = ConnectionTable(session.view, self.painter, session.clock.monotonic)
        self.header = Header(session.view, self.painter)
        self.filter_bar = FilterBar(session)
        self.details: DetailsPane = DetailsPane(lambda: self.palette, session.glyphs)
        self.follower = Follower(self, session, self.details)
        self.below: tuple[Widget, ...] = ()
        """What stands between the table and the status bar."""
        self._work = Container(Vertical(self.header, self.table, id="table"), self.details, id="work")
        self._keys = keys_by_id(actions)
        self._frame = Frame(session, self.offered())
        self._timer: Timer | None = None
        self._memory_timer: Timer | None = None
        self._is_remembering = self._naming = False
        self._without = session.without
        self._curtain, self._painters = ExitStack(), dict[object, Painter]()

    def compose(self) -> ComposeResult:
        """Lay out the lines from top to bottom."""
        frame = self._frame
        yield from (self._work, frame.chips, self.filter_bar, *frame.notice, *self.below, frame.status, frame.hints)

    def on_mount(self) -> None:
        """Give the keys to the table and say what is known before the first look: nothing."""
        self._curtain.enter_context(self.app.batch_update())
        self.set_timer(_CURTAIN, self._curtain.close)
        self.set_focus(self.table)
        self.details.display = self.session.details
        self.say(self.WAITING + ("..." if self.session.glyphs.ascii else "…"))

    @property
    def tcpview(self) -> TcpviewApp:
        """The application."""
        return cast("TcpviewApp", self.app)  # this screen has no other app

    @property
    def palette(self) -> Palette:
        """The paints of the theme in use."""
        return self.tcpview.palette

    def action_do(self, name: str) -> None:
        """Run the action of that name."""
        action = BY_ID[name]
        self._frame.message, copied = None, self.copied
        refusal = self.refusal(action)
        if refusal is not None:
            self.say(f"{action.title}: {refusal}", "warning")
            return
        action.run(self)
        if self.copied is copied:  # pressed again, a key that copies does something else
            self.copied = None
        self.draw_lines()
        self._remember_soon()

    def offered(self) -> list[Action]:
        """Return the actions that can be offered in this run."""
        return offered(self.actions, self.table_of, read_only=self.session.settings.read_only)

    def refusal(self, action: Action) -> str | None:
        """Return why an action cannot be done in this run; `None` when it can."""
        if action.changes_system and self.session.settings.read_only:
            return "not with --read-only, which offers nothing that changes the system."
        return None

    def key(self, name: str) -> str:
        """Return the key of an action as people write it, whichever it has in this run."""
        return self._keys[name]

    def targets(self) -> tuple[Row, ...]:
        """Return the rows that an action is for; none, and say why, when there is none or it has just gone."""
        rows = () if self.has_slipped() else self.session.view.targets()
        if not rows and self._frame.message is None:
            self.say("There is no row.")
        return rows

    def show_details(self, shown: bool) -> None:
        """Open or close the pane of details."""
        self.session.details = shown
        self.details.display = shown
        self.follower.follow()

    def has_slipped(self) -> bool:
        """Say so, and return true, when the row under the cursor has gone a moment ago: the key was meant for it."""
        slipped = self.session.view.slipped(self.session.clock.monotonic())
        if slipped:
            self.say("Another row has just come under the cursor. Press again if you mean that one.", "warning")
            self.session.view.acknowledge()
        return slipped

    def say(self, sentence: str, tone: Tone = "hint") -> None:
        """Show a sentence in place of the limits, until the next key. It must have passed `text.safe`."""
        self._frame.message = (sentence, tone)
        self.draw_lines()

    def greet(self) -> None:
        """Show the first rows, and what was wrong with what is remembered."""
        self._frame.message = None
        self._curtain.close()
        if self.session.memory.problem:
            self.say(self.session.memory.problem, "warning")
        elif self.session.view.narrowing:
            self.say(f"Filters of the last run, or of an option, are on. {self.key('clear')} shows everything.")

    def draw(self) -> None:
        """Draw what differs, and come back when a mark fades."""
        if self.session.without != self._without:
            self.restyle()
        self.table.sync()
        self.follower.follow()
        self.draw_lines()
        self._schedule()

    def draw_lines(self) -> None:
        """Draw the lines around the table."""
        self._frame.draw(self.palette, self.size.width)

    @on(NamesArrived)
    def _on_names(self) -> None:
        if not self._naming:
            self._naming = True
            self.set_timer(_NAMES_PAUSE, self._join_names)

    def _join_names(self) -> None:
        self._naming = False
        self.session.names_arrived()
        self.draw()

    @on(FindingsArrived)
    def _on_findings(self) -> None:
        self.session.findings_arrived()
        self.draw()
        if not self.is_active:  # a dialog lists them
            self.app.screen.post_message(FindingsArrived())

    @on(Header.Chosen)
    def _on_header(self, message: Header.Chosen) -> None:
        sort_by(self, message.column)
        self._remember_soon()

    @on(Header.Resized)
    def _on_resized(self, message: Header.Resized) -> None:
        arrange(self, self.session.arrangement.widened(message.column, message.width))
        self._remember_soon()

    @on(ConnectionTable.MenuWanted)
    def _on_menu(self, message: ConnectionTable.MenuWanted) -> None:
        open_menu(self, message.at)

    @on(ConnectionTable.Moved)
    def _on_moved(self) -> None:
        self._frame.message = self.copied = None
        self.follower.follow()
        self.draw_lines()
        self._schedule()

    @on(FilterBar.Changed)
    def _on_filter(self) -> None:
        self.draw()

    @on(FilterBar.Closed)
    def _on_filter_closed(self) -> None:
        self.set_focus(self.table)
        self.draw()
        self._remember_soon()

    def on_screen_resume(self) -> None:
        """Remember what a dialog has changed."""
        self._remember_soon()

    def on_paste(self, event: events.Paste) -> None:
        """Take text that was pasted onto the table as a filter: mostly it is an address from a report."""
        self.filter_bar.open(None)
        self.filter_bar.insert(event.text)

    def on_resize(self) -> None:
        """Fit everything to the new size: the details stand beside the table where there is room for both."""
        self._work.set_class(self.size.width >= BESIDE, "-beside")
        self.draw_lines()

    def _compositor_refresh(self) -> None:
        """Draw what differs, also behind a dialog: Textual would go on to draw the whole screen with every look."""
        super()._compositor_refresh()
        if not self.is_active:
            self._repaint_required = False

    def restyle(self) -> None:
        """Draw everything anew, with other columns or another theme."""
        self._without = self.session.without
        self.header.refresh()
        self.table.redraw()
        self.details.redraw()
        self.draw_lines()

    def painter(self, width: int) -> Painter:
        """Return the painter of the table for a width."""
        session = self.session
        facts = (session.without, session.arrangement, session.page)
        key = (width, *facts, id(self.palette))
        if key not in self._painters:
            self._painters = {key: Painter(self.palette, session.glyphs, width, *facts)}
        return self._painters[key]

    def _remember_soon(self) -> None:
        """Write what was changed, once the person pauses."""
        if self._memory_timer is not None:
            self._memory_timer.stop()
        self._memory_timer = self.set_timer(_MEMORY_PAUSE, self._remember)

    def _remember(self) -> None:
        if not self._is_remembering and self.session.note_changes():
            self._is_remembering = True
            run_in_background(self, self.session.memory.keep, self._on_remembered)

    def _on_remembered(self, problem: str | None) -> None:
        self._is_remembering = False
        if problem:
            self.say(problem, "warning")
        self._remember()

    def _schedule(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        wait = self.session.next_tick()
        self._timer = None if wait is None else self.set_timer(wait + 0.01, self._tick)

    def _tick(self) -> None:
        self.session.tick()
        self.draw()
