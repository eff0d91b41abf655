from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

import pytest
from textual.message_pump import MessagePump
from textual.widgets import Button

from tcpview_tui.model.process import Process
from tcpview_tui.respond.guard import Guard, Level, Verdict
from tcpview_tui.respond.several import LIMIT
from tcpview_tui.tui.screens.end import EndScreen
from tcpview_tui.tui.screens.end_several import EndSeveralScreen
from tcpview_tui.tui.screens.main import MainScreen
from tests.fakes import connection, listener
from tests.respond import DEAF, SLEEP, Child, running
from tests.tui.harness import Live, live
from tests.tui.test_dialogs import real

LONG = 30.0


def select(program: Live, *keys: int) -> None:
    for key in keys:
        program.app.session.view.selection.toggle(key)


async def asked(program: Live, *keys: int) -> None:
    """Select the rows of these keys, press the key, and wait for the plan."""
    select(program, *keys)
    await program.press("k")
    await program.until(lambda: isinstance(program.app.screen, EndSeveralScreen) and "Looking at" not in program.text)


async def finished(program: Live, number: int) -> None:
    await program.until(lambda: len(program.app.session.log) == number)


def buttons(program: Live) -> list[str]:
    return [str(button.label) for button in program.app.screen.query(Button)]


def children(stack: ExitStack, number: int, code: str = SLEEP) -> list[Child]:
    return [stack.enter_context(running(code)) for _ in range(number)]


async def test_one_dialog_lists_all_targets_and_ends_them_all() -> None:
    with ExitStack() as stack:
        started = children(stack, 3)
        owners = [real(child.pid) for child in started]
        rows = [connection(number, owners=(owner,)) for number, owner in enumerate(owners)]
        async with live(*rows, listener(9, 8080, owners[:1]), size=(80, 24)) as program:
            await asked(program, 0, 1, 2, 9)
            assert "End 3 processes" in program.text
            assert "4 connections would end with them" in program.text
            cells = [line.strip("│ ").split() for line in program.lines]
            for owner, ending in zip(owners, "211", strict=True):
                assert [str(owner.pid), owner.name, owner.user, ending] in cells
            assert buttons(program) == ["Cancel", "TERM all 3", "KILL all 3"]
            await program.press("tab", "enter")
            await finished(program, 3)
            assert [child.wait(LONG) for child in started] == [-signal.SIGTERM] * 3
            assert "TERM: 3 ended." in program.text
            assert [entry.target for entry in program.app.session.log] == [f"{o.name} ({o.pid})" for o in owners]


async def test_the_first_button_does_nothing() -> None:
    with ExitStack() as stack:
        started = children(stack, 2)
        async with live(*(connection(c.pid, owners=(real(c.pid),)) for c in started)) as program:
            await asked(program, *(child.pid for child in started))
            await program.press("enter")
            assert isinstance(program.app.screen, MainScreen)
            assert len(program.app.session.log) == 0
            assert [child.poll() for child in started] == [None, None]


async def test_who_must_not_be_ended_is_named_with_its_reason_and_left_out() -> None:
    with ExitStack() as stack:
        one, other, ended, reused = children(stack, 4)
        owners = [real(child.pid) for child in (one, other, ended, reused)]
        owners[3] = replace(owners[3], started=12345.0)
        ended.kill()
        ended.wait(LONG)
        owners += [real(os.getpid()), real(1)]
        rows = [connection(number, owners=(owner,)) for number, owner in enumerate(owners)]
        async with live(*rows, connection(90, owners=()), connection(91, owners=()), size=(120, 40)) as program:
            await asked(program, *range(len(owners)), 90, 91)
            for part in (
                "End 2 of 6 processes",
                "2 rows have no known process.",
                "Left out (4):",
                f"({ended.pid}) has ended already",
                "its pid now belongs to another process",
                "this program itself",
                "the first process",
            ):
                assert part in program.text
            assert buttons(program) == ["Cancel", "TERM all 2", "KILL all 2"]
            await program.press("shift+tab", "enter")
            await finished(program, 2)
            assert [child.wait(LONG) for child in (one, other)] == [-signal.SIGKILL] * 2
            assert reused.poll() is None


async def test_what_carries_the_session_has_to_be_ended_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        server, victim = children(stack, 2)

        def judge(_: Guard, pid: int) -> Verdict:
            return Verdict(Level.TYPED, "It carries this session.") if pid == server.pid else Verdict()

        monkeypatch.setattr(Guard, "judge", judge)
        async with live(*(connection(c.pid, owners=(real(c.pid),)) for c in (server, victim))) as program:
            await asked(program, server.pid, victim.pid)
            assert "It carries this session. End it alone." in program.text
            assert buttons(program) == ["Cancel", "TERM 1", "KILL 1"]
            await program.press("tab", "tab", "enter")
            await finished(program, 1)
            assert victim.wait(LONG) == -signal.SIGKILL
            assert server.poll() is None


async def test_one_that_ends_while_the_dialog_is_open_is_said() -> None:
    with ExitStack() as stack:
        one, other = children(stack, 2)
        async with live(*(connection(c.pid, owners=(real(c.pid),)) for c in (one, other))) as program:
            await asked(program, one.pid, other.pid)
            one.kill()
            one.wait(LONG)
            await program.press("tab", "enter")
            await finished(program, 2)
            assert "TERM: 1 ended, 1 had ended before." in program.text


async def test_what_did_not_go_as_asked_is_counted_with_its_reason() -> None:
    with ExitStack() as stack:
        meek, deaf = [*children(stack, 1), *children(stack, 1, DEAF)]
        async with live(*(connection(c.pid, owners=(real(c.pid),)) for c in (meek, deaf)), size=(160, 30)) as program:
            await asked(program, meek.pid, deaf.pid)
            await program.press("tab", "enter")
            await finished(program, 2)
            assert "TERM: 1 ended, 1 still there. Sent TERM to" in program.text
            assert sorted(entry.outcome.kind for entry in program.app.session.log) == ["done", "running"]


@pytest.mark.parametrize("burst", ["k\r", "k\t\r", "kk\r", "k\t\t\r", "k\x1b[C\r", "k\x1b[Z\r", "kq\t\r", "k\x1b"])
@pytest.mark.parametrize("number", [1, 2])
async def test_keys_typed_before_the_buttons_were_there_end_nothing(
    burst: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(pump: MessagePump, work: Callable[[], object], done: Callable[[object], object]) -> None:
        """The worst case: the plan is there before the second key is looked at."""
        pump.call_later(done, work())

    monkeypatch.setattr("tcpview_tui.tui.screens.end.run_in_background", at_once)
    monkeypatch.setattr("tcpview_tui.tui.screens.end_several.run_in_background", at_once)
    with ExitStack() as stack:
        started = children(stack, number)
        async with live(*(connection(c.pid, owners=(real(c.pid),)) for c in started)) as program:
            select(program, *(child.pid for child in started))
            await program.burst(burst)
            assert isinstance(program.app.screen, MainScreen)
            assert len(program.app.session.log) == 0
            assert [child.poll() for child in started] == [None] * number


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
async def test_the_buttons_are_seen_however_long_the_list(size: tuple[int, int]) -> None:
    many = [Process(4_000_000 + number, 1.0, "bot") for number in range(50)]
    with ExitStack() as stack:
        owners = many + [real(child.pid) for child in children(stack, 2)]
        rows = [connection(number, owners=(owner,)) for number, owner in enumerate(owners)]
        async with live(*rows, size=size) as program:
            await asked(program, *range(len(owners)))
            for part in ("Cancel", "TERM all 2", "KILL all 2", "Enter cancels; Tab or arrows choose."):
                assert part in program.text
            assert "2 connections would end" in program.text
            await program.press("end")
            assert f"({many[-1].pid}) has ended" in program.text


async def test_more_than_can_be_listed_are_counted_and_not_ended() -> None:
    many = [Process(4_000_000 + number, 1.0, "bot") for number in range(LIMIT + 3)]
    rows = [connection(number, owners=(owner,)) for number, owner in enumerate(many)]
    async with live(*rows) as program:
        await asked(program, *range(len(many)))
        assert f"3 processes more would not be ended: {LIMIT} at once are the limit." in program.text
        assert "None can be ended from here." in program.text
        assert buttons(program) == ["Cancel"]


async def test_rows_of_one_process_get_the_dialog_of_one() -> None:
    with running(SLEEP) as child:
        owner = real(child.pid)
        async with live(*(connection(n, owners=(owner,)) for n in range(3)), connection(9, owners=())) as program:
            select(program, 0, 1, 2, 9)
            await program.press("k")
            await program.until(lambda: isinstance(program.app.screen, EndScreen) and "would end (3)" in program.text)
            assert "1 row has no known process." in program.text


async def test_rows_without_any_process_are_refused() -> None:
    async with live(connection(1, owners=()), connection(2, owners=())) as program:
        select(program, 1, 2)
        await program.press("k")
        assert isinstance(program.app.screen, MainScreen)
        assert "The processes of these rows are not known" in program.text
        assert [entry.target for entry in program.app.session.log] == ["2 rows"]


async def test_with_read_only_nothing_is_asked() -> None:
    async with live(connection(1), connection(2, owners=(real(os.getpid()),)), read_only=True) as program:
        select(program, 1, 2)
        await program.press("k")
        assert isinstance(program.app.screen, MainScreen)
        assert "not with --read-only" in program.text
