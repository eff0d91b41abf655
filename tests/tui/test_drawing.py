"""Whatever happens, the terminal shows what a full redraw would show, and keys act on what it shows.

The table runs without an app, on a stand-in for a terminal that changes only the cells it was asked to refresh.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from rich.cells import cell_len
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tcpview_tui.model.arrangement import Arrangement
from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.connection import Connection, Key, State
from tcpview_tui.model.grouping import GROUPINGS, Group, Grouping
from tcpview_tui.model.narrowing import Narrowing
from tcpview_tui.model.order import Order
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.model.settling import SETTLE
from tcpview_tui.model.view import View
from tcpview_tui.text import safe
from tcpview_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from tcpview_tui.tui.layout import layout
from tcpview_tui.tui.painter import Painter
from tcpview_tui.tui.table import ConnectionTable
from tcpview_tui.tui.theme import PALETTES
from tests.fakes import CURL, NGINX, connection, listener
from tests.model.test_view import NARROWINGS, ORDERS, Screen

FIRST_PORT = 10_000
"""The local port of a connection is this and its key, and stands in the first column: so a line tells its row."""

NARROW = 17
"""Cells that a group's line needs for its signs and the numbers at its right edge."""


class Terminal(ConnectionTable):
    """A table without an app, and the terminal that it draws on."""

    area = Size(80, 8)

    def __init__(self, view: View, painter: Callable[[int], Painter], now: Callable[[], float]) -> None:
        self.shown: list[Strip] = []
        self.asked: list[Region] = []
        super().__init__(view, painter, now)

    @property
    def size(self) -> Size:
        return self.area

    def refresh(self, *regions: Region, **_: Any) -> Terminal:
        self.asked += regions or (self.area.region,)
        return self

    def post_message(self, _: Message) -> bool:
        return True

    def lines(self) -> list[Strip]:
        """Return what the table keeps as drawn."""
        return [self.render_line(y) for y in range(self.area.height)]

    def resize(self, size: Size) -> None:
        """Take another size, as a terminal does: it forgets what it has shown."""
        self.area = size
        self.shown = [Strip.blank(size.width)] * size.height

    def flush(self) -> dict[int, list[Region]]:
        """Show the cells that were asked for; return the regions by line."""
        asked: dict[int, list[Region]] = {}
        for region in self.asked:
            assert self.area.region.contains_region(region)
            for y in region.line_range:
                old, new = self.shown[y], self.render_line(y)
                pieces = old.crop(0, region.x), new.crop(region.x, region.right), old.crop(region.right)
                self.shown[y] = Strip.join(pieces)
                asked.setdefault(y, []).append(region)
        self.asked = []
        return asked


def looks(lines: list[Strip]) -> list[list[tuple[str, object]]]:
    """Return lines as a person sees them: characters and their styles, however they were put together."""
    return [[(text, style) for text, style, _ in line.simplify() if text] for line in lines]


WIDE = Process(
    7, 5.0, safe("日本語サーバ"), "使用者", safe("/opt/日本/e\u0301"), safe("x \x1b[2J\u202e y"), "é.service"
)
OWNERS: tuple[tuple[Process, ...], ...] = ((NGINX,), (CURL, NGINX), (WIDE,), (), (replace(NGINX, pid=9, name="日"),))
REMOTES = (("203.0.113.7", 443), ("127.0.0.1", 80), ("2001:db8::7:8", 65_535), ("fe80::1%eth0", 22))


def made(key: int, state: State, owners: int) -> Connection:
    """Return the connection of a key; its local port tells the key, all else is shared with others."""
    local, who = ("10.0.0.5", FIRST_PORT + key), OWNERS[(key + owners) % len(OWNERS)]
    if key % 7 == 5:
        return listener(key, FIRST_PORT + key, who)
    if key % 7 == 6:
        return connection(key, State.NONE, ("::", FIRST_PORT + key), None, who, "udp", 6)
    return connection(key, state, local, REMOTES[key % 7 % len(REMOTES)], who)


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


class DrawingMachine(RuleBasedStateMachine):
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

    @precondition(lambda self: self.under is not None)
    @rule()
    def act(self) -> None:
        """A key that is pressed now is for what the person sees now."""
        assert {row.key for row in self.view.targets()} == self.under

    @invariant()
    def it_is_drawn(self) -> None:
        self.the_terminal_shows_what_a_full_redraw_would_show()
        self.columns_stand_where_width_arrangement_and_page_put_them()
        self.keys_are_for_what_stands_under_the_cursor()
        self.what_is_selected_or_pinned_is_seen_to_be()

    def the_terminal_shows_what_a_full_redraw_would_show(self) -> None:
        before = looks(self.table.shown)
        asked = self.table.flush()
        fresh = Terminal(self.view, self._painter, self.screen.clock.monotonic)
        fresh.area, fresh.top = self.table.area, self.table.top
        expected = looks(fresh.lines())
        assert looks(self.table.lines()) == expected
        assert looks(self.table.shown) == expected
        if not self.whole:
            assert asked.keys() == {y for y, (old, new) in enumerate(zip(before, expected, strict=True)) if old != new}
            assert all(len(regions) == 1 for regions in asked.values())
        self.whole = False

    def columns_stand_where_width_arrangement_and_page_put_them(self) -> None:
        painter, width = self.painter, self.table.area.width
        assert painter.slots == layout(width, self.arrangement, page=self.page)
        header = painter.header(self.view.order)
        for slot in painter.slots if width >= painter.slots[-1].x + painter.slots[-1].width else ():
            column = slot.column
            title = column.title if len(column.title) <= slot.width else column.short[: slot.width]
            assert _cell(header, slot.x, slot.width).startswith(title)  # the number of the page may stand after it
            for y, row in self._rows():
                line, value = self.table.shown[y], self.glyphs.plain(column.text(row, self.view.context))
                shown = _cell(line, slot.x, slot.width)
                assert shown == value.strip() or (cell_len(value) > slot.width and self.glyphs.ellipsis in shown)
                assert slot is painter.slots[0] or line.crop(slot.x - 1, slot.x).text == " "

    def _rows(self) -> list[tuple[int, Row]]:
        """Return the rows that are seen, each with its line on the screen."""
        return [(y, item) for y, item in self._seen() if isinstance(item, Row)]

    def _seen(self) -> list[tuple[int, Row | Group]]:
        numbers = ((y, self.table.line_at(y)) for y in range(self.table.area.height))
        return [(y, self.view.line(number)) for y, number in numbers if number < len(self.view)]

    def keys_are_for_what_stands_under_the_cursor(self) -> None:
        """The cursor is in sight, once, and what is drawn there is what an action would be for."""
        self.under = None
        width, height = self.table.area
        if height == 0 or width < NARROW or not len(self.view):
            return
        marked = [y for y, line in enumerate(self.table.shown) if line.crop(1, 2).text == self.glyphs.cursor]
        assert marked == [self.table.height_of(self.view.cursor_line)]
        line = self.table.shown[marked[0]]
        if self.view.selection:
            self.under = set(self.view.selection.keys)
        elif line.crop(2, 3).text in (self.glyphs.folded, self.glyphs.unfolded):
            group = self.view.current_line
            assert isinstance(group, Group)
            self.under = {row.key for row in group.rows}
        else:
            self.under = {int(_cell(line, *self._ports())) - FIRST_PORT}
        assert {row.key for row in self.view.targets()} == self.under

    def _ports(self) -> tuple[int, int]:
        slot = self.painter.slots[0]
        assert slot.column.id == "lport"
        return slot.x, slot.width

    def what_is_selected_or_pinned_is_seen_to_be(self) -> None:
        width, glyphs, view = self.table.area.width, self.glyphs, self.view
        for y, item in self._seen() if width >= NARROW else ():
            sign = self.table.shown[y].crop(1, 2).text
            if self.table.line_at(y) == view.cursor_line:
                assert sign == glyphs.cursor
            elif item.key in view.selection.keys:
                assert sign == glyphs.selected
            else:
                assert sign == (glyphs.pinned if item.key in view.pins else " ")


def _cell(line: Strip, x: int, width: int) -> str:
    return line.crop(x, x + width).text.strip()


DrawingMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestDrawingMachine = DrawingMachine.TestCase


def test_the_row_under_the_cursor_keeps_its_height_while_rows_go_and_come_above_it() -> None:
    machine = DrawingMachine()
    everything = [connection(key, local=("10.0.0.5", FIRST_PORT + key)) for key in range(30)]
    machine.screen.look(*everything[5:])
    machine.go(15)
    height = machine.view.cursor_line - machine.table.top
    for present in (everything[5:], everything[8:], everything):
        machine.screen.look(*present)
        machine.table.sync()
        machine.wait(5.0)
        assert machine.view.cursor == 20
        assert machine.table.top > 0
        assert machine.view.cursor_line - machine.table.top == height
