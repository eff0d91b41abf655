from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.model.diff import Difference
from tcpview_tui.model.snapshot import Code, Problem, Snapshot
from tcpview_tui.tui.actions import ACTIONS, offered
from tcpview_tui.tui.gestures import GESTURES
from tcpview_tui.tui.glyphs import ASCII, UNICODE, Glyphs
from tcpview_tui.tui.screens.choice import ChoiceScreen
from tcpview_tui.tui.screens.end import EndScreen
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.palette import PaletteScreen
from tcpview_tui.tui.signs import SIGNS
from tcpview_tui.tui.theme import THEME_NAMES
from tests.fakes import NGINX, FakeClock, FakeSource, connection, listener
from tests.tui.harness import Live, live

if TYPE_CHECKING:
    from tcpview_tui.sources.base import Reading

WEB = listener(1, 443)
CLIENT = connection(2)
LOCAL = connection(3, remote=("127.0.0.1", 5432))
UDP6 = connection(4, State.NONE, ("::", 5353), None, (NGINX,), "udp", 6)
ALL = (WEB, CLIENT, LOCAL, UDP6)


def keys(program: Live) -> set[object]:
    return {row.key for row in program.app.session.view.rows()}


async def test_the_status_bar_counts_like_tcpview() -> None:
    more = connection(5, State.TIME_WAIT, owners=()), connection(6, State.CLOSE_WAIT)
    async with live(*ALL, *more, size=(160, 24)) as program:
        bar = program.line_with("Endpoints")
        for part in ("Endpoints: 6", "Established: 2", "Listening: 1", "Time Wait: 1", "Close Wait: 1", "LIVE"):
            assert part in bar
        assert "Last look: +0 ~0 x0  Interval: 1 s" in bar
        await program.look(*ALL[1:], connection(6, State.LAST_ACK), connection(7))
        assert "Last look: +1 ~1 x2" in program.text


async def test_a_row_opens_changes_and_closes() -> None:
    async with live(CLIENT) as program:
        await program.look(CLIENT, connection(8, State.SYN_SENT, remote=("198.51.100.1", 22)))
        assert program.line_with("198.51.100.1").startswith("+ ")
        await program.look(CLIENT, connection(8, State.ESTABLISHED, remote=("198.51.100.1", 22)))
        assert program.line_with("198.51.100.1").startswith("~ ")
        await program.look(CLIENT)
        assert program.line_with("198.51.100.1").startswith("x ")
        await program.advance(3)
        assert "198.51.100.1" not in program.text


async def test_freeze_counts_and_thaw_shows() -> None:
    async with live(CLIENT, LOCAL) as program:
        await program.press("space")
        assert "FROZEN" in program.text
        await program.look(connection(2, State.CLOSE_WAIT), connection(9, remote=("198.51.100.7", 80)))
        await program.advance(60)
        assert "+1 ~1 x1" in program.line_with("FROZEN")
        assert "198.51.100.7" not in program.text
        assert "CLOSE_WAIT" not in "".join(program.lines[1:30])
        await program.press("space")
        assert program.line_with("198.51.100.7").startswith("+ ")
        assert program.line_with("CLOSE_WAIT ").startswith("~")
        assert "LIVE" in program.text


async def test_a_look_while_frozen_steps_and_stays_frozen() -> None:
    async with live(CLIENT) as program:
        await program.press("space")
        program.source.connections = [CLIENT, connection(9, remote=("198.51.100.7", 80))]
        await program.press("full_stop")
        await program.until(lambda: "198.51.100.7" in program.text)
        assert program.line_with("198.51.100.7").startswith("+ ")
        assert "FROZEN" in program.text


async def test_the_interval_changes_within_its_bounds() -> None:
    async with live(CLIENT) as program:
        await program.press("plus", "plus")
        assert program.app.feed.interval == 5.0
        assert " 5 s " in program.line_with("Endpoints")
        assert "sampling every 5 s" in program.text
        await program.press(*["minus"] * 9)
        assert program.app.feed.interval == 0.5
        assert "between 0.5 and 60 seconds" in program.text


@pytest.mark.parametrize(
    ("key", "left"),
    [("t", {4}), ("u", {1, 2, 3}), ("4", {4}), ("6", {1, 2, 3}), ("l", {2, 3}), ("L", {1, 2, 4})],
)
async def test_kinds_of_rows_are_switched_off_and_on(key: str, left: set[int]) -> None:
    async with live(*ALL) as program:
        await program.press(key)
        assert keys(program) == left
        assert "Hidden" in program.lines[-4]
        await program.press(key)
        assert len(keys(program)) == 4
        assert "Hidden" not in program.text


async def test_esc_shows_everything_again() -> None:
    async with live(*ALL, filter="rport:443") as program:
        await program.press("L")
        assert keys(program) == {2}
        await program.press("escape")
        assert len(keys(program)) == 4


async def test_sorting_by_key() -> None:
    async with live(*ALL) as program:
        await program.press("s", *["down"] * 2, "enter")
        assert "▲    PID" in program.text
        await program.press("s", "enter")
        assert "▼    PID" in program.text
        await program.press("s", "home", "enter")
        assert "▼" not in program.text


async def test_sorting_by_a_click_on_the_header() -> None:
    async with live(*ALL) as program:
        header = program.lines[0]
        await program.pilot.click(program.main.header, offset=(header.index("State") + 2, 0))
        await program.settled()
        assert "▲State" in program.text
        await program.pilot.click(program.main.header, offset=(header.index("PID"), 0))
        await program.settled()
        assert "▲    PID" in program.text
        assert "△State" in program.text


async def test_a_click_puts_the_cursor_on_a_row() -> None:
    async with live(*ALL) as program:
        await program.pilot.click(program.main.table, offset=(10, 2))
        await program.settled()
        assert program.lines[3][1] == "›"


class SlowSource(FakeSource):
    """A source whose look takes 2.5 seconds."""

    clock: FakeClock

    def read(self) -> Reading:
        self.clock.advance(2.5)
        return super().read()


async def test_sampling_that_is_behind_is_said() -> None:
    async with live(CLIENT) as program:
        slow = SlowSource(CLIENT)
        slow.clock = program.clock
        program.app.feed._sampler.source = slow
        await program.sample()
        assert "sampling is behind: a look every 2.5 s, the interval is 1 s" in program.text


async def test_limits_are_one_line_and_one_key_tells_more() -> None:
    async with live(CLIENT) as program:
        program.source.problems = (Problem(Code.OWNERLESS, "412 sockets without owner: not root", "Use sudo."),)
        await program.sample()
        line = program.line_with("412 sockets")
        assert "sampling every 1 s: shorter connections can be missed" in line
        assert "i: more" in line
        await program.press("i")
        assert "Use sudo." in program.text
        await program.press("escape")
        assert "Use sudo." not in program.text


async def test_what_was_lost_is_said_before_what_is_never_seen() -> None:
    async with live(CLIENT) as program:
        standing = Problem(Code.NAMESPACES, "containers not visible: not root", "Use sudo.")
        lost = Problem(Code.FLOOD, "8,022 short connections dropped", "Too many.")
        program.source.problems = (standing, lost)
        await program.sample()
        line = program.line_with("8,022")
        places = [line.index(word) for word in ("8,022", "containers", "sampling every")]
        assert places == sorted(places)


async def test_where_ending_connections_are_heard_only_udp_is_said_to_be_missed() -> None:
    async with live(CLIENT) as program:
        program.source.problems = (Problem(Code.EVENTS, "short connections seen only as they close", "Use sudo."),)
        await program.sample()
        assert "shorter UDP sockets can be missed" in program.line_with("seen only as they close")
        await program.press("i")
        assert "opens and closes between two looks" not in program.text


async def test_help_names_every_action_column_and_field() -> None:
    async with live(CLIENT, size=(120, 300)) as program:
        await program.press("question_mark")
        for action in offered(ACTIONS, "live"):
            assert action.title in program.text
        for word in ("Remote name", "First seen", "process:", "is:", "port:1024-2048"):
            assert word in program.text


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
async def test_help_explains_every_sign_as_this_terminal_shows_it_and_the_mouse(glyphs: Glyphs) -> None:
    async with live(CLIENT, size=(200, 300), ascii=glyphs.ascii) as program:
        await program.press("question_mark")
        told = " ".join(word for line in program.lines for word in line.strip("│| ").split())
        for sign in SIGNS:
            assert f" {sign.text(glyphs)} {sign.meaning}" in told
        for gesture in GESTURES:
            assert f" {gesture.name} {gesture.meaning}" in told


async def test_every_action_is_in_the_command_palette() -> None:
    async with live(CLIENT, size=(120, 80)) as program:
        await program.press("ctrl+p")
        for action in offered(ACTIONS, "live"):
            assert action.title in program.text
        await program.burst("longer\r")
        assert program.app.feed.interval == 2.0


@pytest.mark.parametrize("keys", ["qz\r", "kq\r", "nothing like it\r"])
async def test_a_burst_in_the_palette_runs_nothing_that_its_text_does_not_name(keys: str) -> None:
    async with live(CLIENT) as program:
        await program.press("ctrl+p")
        await program.burst(keys)
        assert isinstance(program.app.screen, PaletteScreen)
        assert program.app.return_value is None


async def test_the_palette_is_moved_through_with_the_arrows() -> None:
    async with live(CLIENT) as program:
        await program.press("ctrl+p")
        await program.burst("interval")
        await program.press("down", "enter")
        assert program.app.feed.interval == 0.5


async def test_space_after_a_look_while_frozen_thaws_for_good() -> None:
    async with live(CLIENT) as program:
        await program.press("space")
        await program.burst(". ")
        await program.sample()
        await program.sample()
        assert not program.app.session.view.frozen


async def test_a_frozen_view_does_not_age() -> None:
    async with live(CLIENT) as program:
        await program.press("space")
        before = program.lines[1:30]
        program.clock.advance(3600)
        await program.sample()
        assert program.lines[1:30] == before


async def test_a_key_meant_for_a_row_that_has_just_gone_does_nothing() -> None:
    async with live(CLIENT, LOCAL) as program:
        await program.look(LOCAL)
        await program.advance(3)
        await program.press("k")
        assert isinstance(program.app.screen, MainScreen)
        assert "Another row has just come" in program.text
        await program.press("k")
        assert isinstance(program.app.screen, EndScreen)


async def test_a_screen_that_is_slow_is_said_too() -> None:
    async with live(CLIENT) as program:
        program.app.session.late = 3.8
        program.main.draw()
        assert "a look every 4.8 s, the interval is 1 s" in program.text
        assert "sampling every 4.8 s" in program.text


async def test_names_are_wanted_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(CLIENT, names=True) as program:
        wanted: list[set[str]] = []
        names = program.app.session.lookups.names
        monkeypatch.setattr(names, "want", lambda addresses=(): wanted.append(set(addresses)))
        await program.sample()
        program.clock.advance(60)
        await program.sample()
        await program.sample()
        assert wanted == [set(), {"93.184.216.34"}, set()]


async def test_nothing_is_raised_into_a_thread_after_leaving() -> None:
    async with live(CLIENT) as program:
        app = program.app
    app._named({})
    app._deliver(Snapshot(9, 0.0, {}), Difference((), (), ()), 0.0)


async def test_read_only_offers_nothing_that_changes_the_system() -> None:
    async with live(CLIENT, read_only=True, size=(120, 200)) as program:
        assert "End process" not in program.text
        await program.press("k")
        assert "--read-only" in program.text
        assert len(program.app.screen_stack) == 1
        await program.press("question_mark")
        assert "End the process" not in program.text


async def test_actions_have_keys_of_their_own() -> None:
    for table in ("live", "replay"):
        keys = [key for action in ACTIONS if action.is_in(table) for key in action.keys]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (20, 5), (10, 3), (1, 1), (200, 60)])
async def test_every_size_works(size: tuple[int, int]) -> None:
    async with live(*ALL, size=size) as program:
        await program.press("down")
        for key in ("slash", "question_mark", *"skdwcSfiaVo"):
            await program.press(key)
            await program.press("escape")
        await program.pilot.resize_terminal(80, 24)
        await program.pilot.resize_terminal(*size)
        await program.settled()
        assert len(program.lines) == size[1]


async def test_80x24_shows_the_main_columns() -> None:
    async with live(*ALL, size=(80, 24)) as program:
        assert program.lines[0].split() == [
            "Process",
            "PID",
            "State",
            "Local",
            "address",
            "LPort",
            "Remote",
            "address",
            "RPort›",
        ]
        assert program.line_with("93.184.216.34").split() == [
            "›curl", "4242", "ESTABLISHED", "10.0.0.5", "50000", "93.184.216.34", "443",
        ]  # fmt: skip
        for hint in ("/ Filter", "Space Freeze", "w Whois", "k End process", "? Help", "q Quit"):
            assert hint in program.lines[-1]


async def test_q_quits() -> None:
    async with live(CLIENT) as program:
        await program.press("q")
        assert program.app.return_value == 0


async def test_the_sort_dialog_gives_back_nothing_on_esc() -> None:
    async with live(CLIENT) as program:
        await program.press("s")
        assert isinstance(program.app.screen, ChoiceScreen)
        await program.press("escape")
        assert program.app.session.view.order.by == ()


@pytest.mark.parametrize("no_color", [False, True])
@pytest.mark.parametrize("theme", THEME_NAMES)
async def test_every_theme_draws_every_screen(theme: str, no_color: bool) -> None:
    async with live(*ALL, theme=theme, no_color=no_color) as program:
        await program.look(*ALL[1:], connection(9))
        for key in ("k", "w", "s", "question_mark", "slash", "ctrl+p"):
            await program.press(key)
            await program.press("escape")
        assert {line[0] for line in program.lines} >= {"+", "x"}


async def test_a_view_that_nobody_touches_stays_at_the_top() -> None:
    busy = [connection(n, remote=("203.0.113.1", n)) for n in range(60)]
    async with live(*busy, size=(80, 20)) as program:
        await program.look(
            *(connection(n, State.TIME_WAIT, remote=("203.0.113.1", n), owners=()) for n in range(1)), *busy[1:]
        )
        await program.advance(3)
        assert program.main.table.top == 0
        first = connection(99, remote=("192.0.2.1", 1))
        await program.look(*(connection(n, remote=("192.0.2.9", n)) for n in range(200, 240)), first, *busy[1:])
        assert program.main.table.top == 0
        assert program.lines[1][1] == "›"


async def test_home_stays_at_the_top_and_a_chosen_row_is_followed() -> None:
    rows = [connection(n, remote=("203.0.113.1", n)) for n in range(60)]
    async with live(*rows, size=(80, 20)) as program:
        await program.press("down")
        await program.advance(2)
        await program.look(connection(99, remote=("192.0.2.1", 1)), *rows)
        assert program.app.session.view.cursor == 1
        await program.press("home")
        await program.look(connection(99, remote=("192.0.2.1", 1)), connection(98, remote=("192.0.2.0", 1)), *rows)
        assert program.main.table.top == 0


async def test_an_empty_result_says_so() -> None:
    async with live(CLIENT, filter="nothing-has-this") as program:
        assert "Nothing matches." in program.text
    async with live() as program:
        assert "No connections." in program.text


async def test_a_narrow_screen_still_names_the_way_out_and_the_help() -> None:
    async with live(CLIENT, size=(40, 12)) as program:
        assert "? Help" in program.lines[-1]
        assert "q Quit" in program.lines[-1]
        assert "/ Filter" in program.lines[-1]


async def test_a_frozen_bar_at_80_columns_still_has_every_count_and_the_interval() -> None:
    async with live(*ALL, size=(80, 24)) as program:
        await program.press("space")
        bar = program.line_with("FROZEN")
        for part in ("4 ", "Est 2", "Listen 1", "TW 0", "CW 0", "1 s", "+0 ~0 x0"):
            assert part in bar
