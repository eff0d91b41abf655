from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.message_pump import MessagePump
from textual.widgets import Button

from tcpview_tui.model.connection import Connection, Namespace, State
from tcpview_tui.model.process import Process
from tcpview_tui.respond.closing import LIMIT
from tcpview_tui.tui.actions import BY_ID
from tcpview_tui.tui.screens.disconnect import DisconnectScreen
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import connection, listener
from tests.tui.harness import Live, live

SESSION = connection(7, local=("192.0.2.2", 22), remote=("192.0.2.1", 51234))


@pytest.fixture
def over_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 51234 192.0.2.2 22")


def select(program: Live, *keys: int) -> None:
    for key in keys:
        program.app.session.view.selection.toggle(key)


async def asked(program: Live, *keys: int) -> None:
    """Select the rows of these keys, press the key, and wait for the plan."""
    select(program, *keys)
    await program.press("d")
    await program.until(lambda: isinstance(program.app.screen, DisconnectScreen) and "Looking for" not in program.text)


async def finished(program: Live, number: int = 1) -> None:
    await program.until(lambda: len(program.app.session.log) == number)


def buttons(program: Live) -> list[str]:
    return [str(button.label) for button in program.app.screen.query(Button)]


def told(program: Live) -> str:
    """The words on the screen, without frames and line breaks."""
    return " ".join(program.text.replace("│", " ").split())


def logged(program: Live) -> list[tuple[str, str]]:
    return [(entry.target, entry.outcome.kind) for entry in program.app.session.log]


async def test_the_row_is_named_closed_and_seen_to_close() -> None:
    async with live(connection(1)) as program:
        await asked(program)
        for part in ("Disconnect 1 connection", connection(1).ends, "ESTABLISHED, curl (4242)", "sees a reset"):
            assert part in told(program)
        assert buttons(program) == ["Cancel", "Disconnect"]
        await program.press("tab", "enter")
        await finished(program)
        await program.until(lambda: program.app.session.live.closed == 1)
        assert program.source.disconnected == [1]
        assert f"Closed {connection(1).ends}." in program.text
        assert logged(program) == [(connection(1).ends, "done")]


async def test_the_first_button_and_esc_do_nothing() -> None:
    async with live(connection(1)) as program:
        for keys in (("enter",), ("escape",)):
            await asked(program)
            await program.press(*keys)
            assert isinstance(program.app.screen, MainScreen)
        assert (program.source.disconnected, logged(program)) == ([], [])


async def test_several_rows_are_listed_and_closed_together() -> None:
    rows = [connection(1), connection(2, State.TIME_WAIT, ("10.0.0.5", 50001), owners=()), listener(3, 8080)]
    async with live(*rows, connection(4), size=(80, 24)) as program:
        await asked(program, 1, 2, 3)
        for part in ("Disconnect 3 connections", "TIME_WAIT, no process", "LISTEN, nginx (812)", "may not notice"):
            assert part in told(program)
        assert buttons(program) == ["Cancel", "Disconnect all 3"]
        await program.press("tab", "enter")
        await finished(program, 3)
        assert set(program.source.disconnected) == {1, 2, 3}
        assert "Disconnect: 3 closed." in program.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EPERM, "needs root (CAP_NET_ADMIN)"),
        (errno.ENOENT, "had closed already"),
        (errno.ESTALE, "Another connection has its addresses now"),
    ],
)
async def test_a_refusal_is_told_in_a_sentence_and_logged(code: int, words: str) -> None:
    async with live(connection(1), size=(160, 30)) as program:
        program.source.refusal = OSError(code, "words of the system")
        await asked(program)
        await program.press("tab", "enter")
        await finished(program)
        assert words in program.text


async def test_the_target_is_the_row_at_the_time_of_the_key() -> None:
    async with live(connection(1)) as program:
        await asked(program)
        await program.look(connection(2, remote=("198.51.100.1", 1)), connection(1))
        await program.press("tab", "enter")
        await finished(program)
        assert program.source.disconnected == [1]


async def test_a_row_that_has_closed_is_refused_without_a_dialog() -> None:
    async with live(connection(1), connection(2)) as program:
        program.app.session.keep_closed(True)
        await program.look(connection(2))
        select(program, 1)
        await program.press("d")
        assert isinstance(program.app.screen, MainScreen)
        assert "Nothing was sent. It has closed already." in program.text
        assert logged(program) == [(connection(1).ends, "refused")]


async def test_among_several_a_closed_row_is_left_out_with_its_reason() -> None:
    async with live(connection(1), connection(2, local=("10.0.0.5", 50002))) as program:
        program.app.session.keep_closed(True)
        await program.look(connection(1))
        await asked(program, 1, 2)
        assert "Disconnect 1 of 2 connections" in program.text
        assert "Left out: TCP 10.0.0.5:50002 - 93.184.216.34:443 has closed already" in told(program)
        await program.press("tab", "enter")
        await finished(program)
        assert program.source.disconnected == [1]


async def test_without_a_row_or_when_it_has_just_slipped_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with live() as program:
        await program.press("d")
        assert "There is no row." in program.text
    async with live(connection(1)) as program:
        monkeypatch.setattr(program.app.session.view, "slipped", lambda now: True)
        await program.press("d")
        assert isinstance(program.app.screen, MainScreen)
        assert "Another row has just come under the cursor" in program.text


@pytest.mark.usefixtures("over_ssh")
@pytest.mark.parametrize(("typed", "closed"), [("51234", [7]), ("", []), ("22", [])])
async def test_the_session_itself_is_closed_only_when_its_port_is_typed(typed: str, closed: list[int]) -> None:
    async with live(SESSION, size=(160, 30)) as program:
        await asked(program)
        assert "carries this session: closing it disconnects you. Type the remote port 51234" in told(program)
        await program.press("shift+tab", *typed, "tab", "tab", "enter")
        await finished(program)
        assert program.source.disconnected == closed
        assert logged(program) == [(SESSION.ends, "done" if closed else "refused")]
        if not closed:
            assert "Nothing was sent. TCP 192.0.2.2:22 - 192.0.2.1:51234 carries this session" in program.text


@pytest.mark.usefixtures("over_ssh")
async def test_among_several_the_session_itself_is_left_out() -> None:
    async with live(SESSION, connection(1)) as program:
        await asked(program, 7, 1)
        assert "Close it alone." in program.text
        assert buttons(program) == ["Cancel", "Disconnect all 1"]
        await program.press("tab", "enter")
        await finished(program)
        assert program.source.disconnected == [1]


async def test_more_than_can_be_listed_are_counted_and_stay_open() -> None:
    rows = [connection(number, local=("10.0.0.5", number)) for number in range(LIMIT + 3)]
    async with live(*rows) as program:
        await asked(program, *range(len(rows)))
        assert f"Disconnect {LIMIT} of {LIMIT + 3} connections" in program.text
        assert f"3 connections more would stay open: {LIMIT} at once are the limit." in program.text
        await program.press("tab", "enter")
        await finished(program, LIMIT)
        assert len(program.source.disconnected) == LIMIT


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
@pytest.mark.usefixtures("over_ssh")
async def test_what_is_to_be_answered_is_seen_on_a_small_screen(size: tuple[int, int]) -> None:
    many = [connection(number, local=("10.0.0.5", number)) for number in range(100, 160)]
    async with live(*many, size=size) as program:
        await asked(program, *range(100, 160))
        for part in ("Disconnect 60", "Cancel", "Disconnect all 60", "Enter cancels; Tab or arrows choose."):
            assert part in told(program)
        await program.press("end")
        assert "TCP 10.0.0.5:159 - 93.184.216.34:443" in told(program)
    async with live(SESSION, size=size) as program:
        await asked(program)
        for part in ("Remote port:", "Cancel", "Disconnect", "Enter cancels; Tab or arrows choose."):
            assert part in told(program)


@pytest.mark.parametrize("burst", ["d\r", "d\t\r", "dd\r", "d\t\t\r", "d\x1b[C\r", "d\x1b[Z\r", "d51234\t\r", "d\x1b"])
@pytest.mark.parametrize("rows", [(SESSION,), (connection(1), connection(2))], ids=["session", "two"])
@pytest.mark.usefixtures("over_ssh")
async def test_keys_typed_before_the_buttons_were_there_close_nothing(
    burst: str, rows: tuple[Connection, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(pump: MessagePump, work: Callable[[], object], done: Callable[[object], object]) -> None:
        """The worst case: the plan is there before the second key is looked at."""
        pump.call_later(done, work())

    monkeypatch.setattr("tcpview_tui.tui.screens.disconnect.run_in_background", at_once)
    async with live(*rows) as program:
        select(program, *(int(str(row.key)) for row in rows))
        await program.burst(burst)
        assert isinstance(program.app.screen, MainScreen)
        assert (program.source.disconnected, logged(program)) == ([], [])


async def test_with_read_only_it_is_neither_offered_nor_done() -> None:
    async with live(connection(1), read_only=True) as program:
        await program.press("d")
        assert isinstance(program.app.screen, MainScreen)
        assert "not with --read-only" in program.text
        assert BY_ID["disconnect"] not in program.main.offered()


async def test_where_nothing_can_be_closed_nobody_is_asked() -> None:
    async with live(connection(1)) as program:
        program.source.cannot_disconnect = "Closing a connection needs root."
        await program.press("d")
        assert isinstance(program.app.screen, MainScreen)
        assert "Closing a connection needs root." in program.text
        assert (program.source.disconnected, logged(program)) == ([], [])


async def test_twins_in_two_namespaces_are_told_apart() -> None:
    async with live(connection(1), replace(connection(2), namespace=Namespace(7, "web"))) as program:
        await asked(program, 1, 2)
        assert f"{connection(1).ends} ESTABLISHED" in told(program)
        assert f"{connection(1).ends} in netns web ESTABLISHED" in told(program)


async def test_ascii_draws_no_other_character() -> None:
    process = Process(7, 1.0, "naïve✓")
    away = replace(connection(1, owners=(process,)), namespace=Namespace(7, "blå"))
    async with live(away, ascii=True) as program:
        await asked(program)
        assert program.text.isascii()


async def test_leaving_gives_the_source_back() -> None:
    async with live(connection(1)) as program:
        assert not program.source.is_closed
    assert program.source.is_closed
