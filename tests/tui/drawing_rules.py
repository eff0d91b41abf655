"""Everything that can happen to the table of connections, as rules."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from textual.geometry import Size

from tcpview_tui.model.arrangement import Arrangement
from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.connection import Key, State
from tcpview_tui.model.grouping import GROUPINGS, Grouping
from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.order import Order
from tcpview_tui.model.settling import SETTLE
from tcpview_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from tcpview_tui.tui.painter import Painter
from tcpview_tui.tui.theme import PALETTES
from tests.model.screen import NARROWINGS, ORDERS, Screen
from tests.tui.drawn import REMOTES, Terminal, made

OTHERS = [column.id for column in COLUMNS if column.id != "lport"]
ARRANGEMENTS = st.builds(
    lambda order, off, widths: Arrangement.of(("lport", *order), off, widths),
    st.permutations(OTHERS),
    st.frozensets(st.sampled_from(OTHERS), max_size=8),
    st.dictionaries(st.sampled_from(OTHERS), st.integers(3, 60), max_size=3),
)
SIZES = st.builds(Size, st.sampled_from([1, 9, 24, 40, 80, 81, 120, 200]), st.integers(0, 12))
STEPS = st.integers(-12, 12)
LINES = st.integers(0, 30)
NAMES = st.fixed_dictionaries(
    {address: st.sampled_from(["", "日本", "日語", "本日", "www.example.org"]) for address, _ in REMOTES}
)


class DrawingRules(RuleBasedStateMachine):
    """Everything that can happen to the table, in any order. After each step it has been drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.screen = Screen()
        self.view = self.screen.view
        self.present: list[tuple[int, State, int]] = []
        self.next_key = 0
        self.since: int | None = None
        self.names: dict[str, str] = {}
        self.theme, self.glyphs = "dark", UNICODE
        self.arrangement, self.page = Arrangement.of(("lport", *OTHERS)), 0
        self.painter = self._painter(80)
        self.table = Terminal(self.view, self._kept_painter, self.screen.clock.monotonic)
        self.table.resize(Size(80, 8))
        self.table.on_resize()
        self.whole = True
        self.under: set[Key] | None = None

    def _painter(self, width: int) -> Painter:
        return Painter(PALETTES[self.theme], self.glyphs, width, frozenset(), self.arrangement, self.page)

    def _kept_painter(self, width: int) -> Painter:
        if width != self.painter.width:
            self.painter = self._painter(width)
        return self.painter

    @initialize(come=st.integers(0, 20), state=st.sampled_from(State))
    def begin(self, come: int, state: State) -> None:
        self.look(set(), set(), come, state)

    @rule(
        gone=st.sets(st.integers(0, 20), max_size=4),
        changed=st.sets(st.integers(0, 20), max_size=4),
        come=st.integers(0, 4),
        state=st.sampled_from(State),
    )
    def look(self, gone: set[int], changed: set[int], come: int, state: State) -> None:
        self.present = [
            (key, state, owners + 1) if place in changed else (key, before, owners)
            for place, (key, before, owners) in enumerate(self.present)
            if place not in gone
        ]
        self.present += [(key, state, 0) for key in range(self.next_key, self.next_key + come)]
        self.next_key += come
        context, height = self.view.context, self._height()
        self.screen.look(*(made(*each) for each in self.present))
        self._join(context)
        self.table.sync()
        self._check_height(*height)

    def _join(self, before: Context) -> None:
        """Do as the session does: a frozen view keeps its time, names and marks stay joined."""
        now = before.now if self.view.frozen else self.screen.clock.wall()
        self.view.context = Context(now, self.names, self.since)

    @rule(seconds=st.sampled_from([0.2, SETTLE, 5.0, 4000.0]))
    def wait(self, seconds: float) -> None:
        height = self._height()
        self.screen.wait(seconds)
        self.table.sync()
        self._check_height(*height)

    def _height(self) -> tuple[Key | None, int, int]:
        return self.view.cursor, self.view.cursor_line, self.table.top

    def _check_height(self, cursor: Key | None, line: int, top: int) -> None:
        """What comes and goes above the row under the cursor does not move it on the screen, if there is room."""
        wanted = top + self.view.cursor_line - line
        room = len(self.view) - self.table.area.height
        if top and cursor == self.view.cursor and 0 <= wanted <= room and not self.view.pins:
            assert self.table.top == wanted

    @rule(order=ORDERS)
    def sort(self, order: Order) -> None:
        self.view.sort(order)
        self.table.sync()

    @rule(narrowing=NARROWINGS)
    def narrow(self, narrowing: Narrowing) -> None:
        self.view.narrow(narrowing)
        self.table.sync()

    @rule(grouping=st.none() | st.sampled_from(GROUPINGS))
    def group(self, grouping: Grouping | None) -> None:
        self.view.group(grouping)
        self.table.sync()

    @rule(is_open=st.booleans())
    def unfold(self, is_open: bool) -> None:
        self.view.unfold(is_open=is_open)
        self.table.sync()

    @rule()
    def pin(self) -> None:
        self.view.pin(row.key for row in self.view.targets())
        self.table.sync()

    @rule(keep=st.booleans())
    def keep_closed(self, keep: bool) -> None:
        self.view.apply(self.screen.live.keep_closed(keep), self.screen.clock.monotonic())
        self.table.sync()

    @rule()
    def clear_closed(self) -> None:
        self.view.apply(self.screen.live.clear_closed(), self.screen.clock.monotonic())
        self.table.sync()

    @rule(since=st.none() | st.integers(0, 5), only=st.booleans())
    def mark(self, since: int | None, only: bool) -> None:
        self.since = None if only else since
        self.view.context = replace(self.view.context, since=self.since)
        self.view.narrow(replace(self.view.narrowing, since=since if only else None))
        self.table.sync()

    @rule(names=NAMES)
    def name(self, names: dict[str, str]) -> None:
        self.names = names
        self.view.context = replace(self.view.context, names=names)
        self.view.rejoin(self.screen.clock.monotonic(), sort=True)
        self.table.sync()

    @rule()
    def freeze_or_thaw(self) -> None:
        if self.view.frozen:
            self.screen.live.release()
            self.view.frozen = False
            self._join(self.view.context)
            self.view.thaw(self.screen.live.rows)
        else:
            self.screen.live.hold()
            self.view.freeze()
        self.table.sync()

    @rule(lines=STEPS)
    def move(self, lines: int) -> None:
        self.table.move(lines)

    @rule(down=st.booleans())
    def turn_the_page(self, down: bool) -> None:
        self.table.move(self.table.page if down else -self.table.page)

    @rule(line=LINES)
    def go(self, line: int) -> None:
        self.table.go(line)

    @rule()
    def go_home(self) -> None:
        self.table.go_home()

    @rule(line=LINES)
    def extend(self, line: int) -> None:
        self.table.extend(line)

    @rule(all_of_them=st.booleans())
    def select(self, all_of_them: bool) -> None:
        selection, row = self.view.selection, self.view.current
        if all_of_them:
            self.view.select_all()
        elif row is not None:
            selection.toggle(row.key)
        self.table.sync()

    @rule()
    def select_no_more(self) -> None:
        self.view.selection.clear()
        self.table.sync()

    @rule(size=SIZES, rendered_first=st.booleans())
    def resize(self, size: Size, rendered_first: bool) -> None:
        """Textual may ask for the lines before it tells of the size; of the same size it tells nothing."""
        if size == self.table.area:
            return
        self.table.resize(size)
        if rendered_first:
            self.table.shown = self.table.lines()
        self.table.on_resize()
        self.whole = True

    @rule(arrangement=ARRANGEMENTS)
    def arrange(self, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self._restyle()

    @rule(page=st.integers(0, 4))
    def turn_sideways(self, page: int) -> None:
        self.page = page
        self._restyle()

    @rule(theme=st.sampled_from(sorted(PALETTES)), glyphs=st.sampled_from([ASCII, UNICODE]))
    def restyle(self, theme: str, glyphs: Glyphs) -> None:
        self.theme, self.glyphs = theme, glyphs
        self._restyle()

    def _restyle(self) -> None:
        self.painter = self._painter(self.table.area.width)
        self.table.redraw()
        self.whole = True
