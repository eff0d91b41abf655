from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tcpview_tui.lookup.answer import WhoisAnswer, WhoisFailure
from tcpview_tui.lookup.desk import Inquiry, Reply
from tcpview_tui.model.connection import State
from tcpview_tui.sources.processes import ProcessTable
from tcpview_tui.tui.screens.end import EndScreen
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.question import QuestionScreen
from tcpview_tui.tui.screens.whois import WhoisScreen
from tests.fakes import connection, listener
from tests.respond import DEAF, SLEEP, running
from tests.tui.harness import Live, live

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
from tcpview_tui.respond.guard import Level, Verdict
from tcpview_tui.respond.outcome import Outcome
from tcpview_tui.respond.plan import TerminationPlan


def real(pid: int) -> Process:
    """A process as the program itself sees it."""
    table = ProcessTable()
    table.begin()
    process = table.get(pid)
    assert process is not None
    return process


async def planned(program: Live) -> None:
    await program.until(lambda: isinstance(program.app.screen, EndScreen) and "Looking for" not in program.text)


async def finished(program: Live) -> None:
    await program.until(lambda: len(program.app.session.log) > 0)


async def test_end_process_names_everything_and_the_default_does_nothing() -> None:
    with running(SLEEP) as child:
        process = real(child.pid)
        async with live(connection(1, owners=(process,)), listener(2, 8080, (process,))) as program:
            await program.press("k")
            await planned(program)
            for part in (
                process.name,
                str(process.pid),
                "time.sleep(600)",
                str(process.user),
                "would end (2)",
                "no children",
            ):
                assert part in program.text
            assert program.app.focused is not None
            assert program.app.focused.id == "cancel"
            await program.press("enter")
            assert isinstance(program.app.screen, MainScreen)
            assert child.poll() is None


async def test_term_ends_a_real_process_and_is_logged() -> None:
    with running(SLEEP) as child:
        async with live(connection(1, owners=(real(child.pid),))) as program:
            await program.press("k")
            await planned(program)
            await program.press("tab", "enter")
            await finished(program)
            assert child.wait(20) == -15
            assert f"({child.pid})" in program.text
            await program.press("a")
            assert "2026-01-01T00:00:00Z" in program.text
            assert "done: Sent TERM" in program.text


async def test_a_process_that_ignores_term_is_said_to_run_on() -> None:
    with running(DEAF) as child:
        async with live(connection(1, owners=(real(child.pid),)), size=(160, 40)) as program:
            await program.press("k")
            await planned(program)
            await program.press("tab", "enter")
            await finished(program)
            assert "did not end within" in program.text
            await program.press("k")
            await planned(program)
            await program.press("tab", "tab", "enter")
            await program.until(lambda: len(program.app.session.log) > 1)
            assert child.wait(20) == -9


async def test_the_target_is_the_row_at_the_time_of_the_key() -> None:
    with running(SLEEP) as meant, running(SLEEP) as other:
        mine = connection(1, remote=("203.0.113.50", 1), owners=(real(meant.pid),))
        async with live(mine) as program:
            await program.press("k")
            await program.look(connection(2, remote=("198.51.100.1", 1), owners=(real(other.pid),)))
            await planned(program)
            assert str(meant.pid) in program.text
            await program.press("tab", "enter")
            await finished(program)
            assert meant.wait(20) == -15
            assert other.poll() is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (connection(1, owners=()), "not known"),
        (connection(1, State.TIME_WAIT, owners=()), "not known"),
        (None, "no row"),
    ],
)
async def test_rows_without_a_process_are_refused_in_plain_words(row: Any, says: str) -> None:
    async with live(*([row] if row else [])) as program:
        await program.press("k")
        assert isinstance(program.app.screen, MainScreen)
        assert says in program.text
        assert next(iter(program.app.session.log)).outcome.kind == "refused"


@pytest.mark.parametrize(("pid", "says"), [(1, "first process"), (os.getpid(), "this program itself")])
async def test_what_must_not_be_ended_has_no_button_for_it(pid: int, says: str) -> None:
    async with live(connection(1, owners=(real(pid),)), size=(120, 60)) as program:
        await program.press("k")
        await planned(program)
        assert says in program.text
        assert [button.id for button in program.app.screen.query("Button")] == ["cancel"]


async def test_the_process_that_had_a_connection_can_be_ended_and_the_dialog_says_so() -> None:
    with running(SLEEP) as child:
        async with live(connection(1, owners=(real(child.pid),))) as program:
            await program.look(connection(1, State.TIME_WAIT, owners=()))
            await program.press("k")
            await planned(program)
            assert "does not hold this connection any more" in program.text
            assert str(child.pid) in program.text


async def test_what_carries_the_session_needs_its_pid_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    typed: list[int | None] = []

    def careful(process: Process, rows: object) -> TerminationPlan:
        verdict = Verdict(Level.TYPED, "It carries this session.")
        return TerminationPlan(process, (), (), (), verdict, verdict)

    def terminated(plan: TerminationPlan, signal: str, tree: bool, typed_pid: int | None) -> Outcome:
        typed.append(typed_pid)
        return Outcome(False, "refused", "Not today.")

    monkeypatch.setattr("tcpview_tui.tui.screens.end.make_plan", careful)
    monkeypatch.setattr("tcpview_tui.tui.commands.respond.terminate", terminated)
    async with live(connection(1)) as program:
        for keys, expected in (("", None), ("4242", 4242)):
            await program.press("k")
            await planned(program)
            assert "Type the pid 4242" in program.text
            await program.press("shift+tab", *keys, "tab", "tab", "enter")
            await program.until(lambda: "Not today" in program.text)
            assert typed.pop() == expected


async def test_a_process_that_has_ended_is_said_to_be_gone() -> None:
    with running(SLEEP) as child:
        process = real(child.pid)
        async with live(connection(1, owners=(process,))) as program:
            child.kill()
            child.wait(20)
            await program.press("k")
            await planned(program)
            assert "has ended already" in program.text


class Desk:
    """A Whois desk that answers when the test wants it to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.done: Callable[[Reply], None] = lambda _: None

    def ask(self, address: str, done: Callable[[Reply], None], *, fresh: bool = False) -> Inquiry:
        self.asked.append((address, fresh))
        inquiry = Inquiry(done)
        self.done = inquiry._deliver
        return inquiry


async def asked(program: Live) -> Desk:
    """Press the key, agree, and return the desk that was asked."""
    desk = Desk()
    program.app.session.lookups.whois = desk  # type: ignore[assignment]
    await program.press("w")
    if isinstance(program.app.screen, QuestionScreen):
        await program.press("tab", "enter")
    return desk


async def test_the_first_look_up_says_who_will_learn_of_it_and_the_second_does_not() -> None:
    async with live(connection(1)) as program:
        desk = Desk()
        program.app.session.lookups.whois = desk  # type: ignore[assignment]
        await program.press("w")
        assert isinstance(program.app.screen, QuestionScreen)
        assert "93.184.216.34" in program.text
        assert "cymru.com" in program.text
        await program.press("enter")
        assert desk.asked == []
        await asked(program)
        await program.press("escape", "w")
        assert isinstance(program.app.screen, WhoisScreen)


async def test_an_answer_is_shown_and_esc_goes_back() -> None:
    async with live(connection(1)) as program:
        desk = await asked(program)
        assert desk.asked == [("93.184.216.34", False)]
        assert "Asking" in program.text
        desk.done(WhoisAnswer("93.184.216.34", "93.184.216.0/24", "EDGE", "Edgecast", "US", 15133, source="RDAP x"))
        await program.until(lambda: "Edgecast" in program.text)
        assert "AS15133" in program.text
        assert "unknown" in program.line_with("Registered")
        await program.press("r")
        assert desk.asked[-1] == ("93.184.216.34", True)
        await program.press("escape")
        assert isinstance(program.app.screen, MainScreen)


async def test_a_failure_is_a_sentence_with_a_retry() -> None:
    async with live(connection(1)) as program:
        desk = await asked(program)
        desk.done(WhoisFailure("93.184.216.34", "No server answered in time: gave up after 12 s."))
        await program.until(lambda: "gave up after 12 s" in program.text)
        assert "r asks again" in program.text


async def test_esc_gives_up_and_a_late_answer_disturbs_nothing() -> None:
    async with live(connection(1)) as program:
        desk = await asked(program)
        await program.press("escape")
        desk.done(WhoisAnswer("93.184.216.34", owner="Late", source="RDAP x"))
        await program.settled()
        assert "Late" not in program.text


async def test_the_table_goes_on_behind_the_dialog() -> None:
    async with live(connection(1)) as program:
        await asked(program)
        await program.look(connection(1), connection(2))
        assert program.app.session.live.endpoints == 2


async def test_private_addresses_are_answered_here_without_a_question() -> None:
    async with live(connection(1, remote=("192.168.1.7", 80))) as program:
        await program.press("w")
        await program.until(lambda: "RFC 1918" in program.text)


async def test_a_row_without_remote_address_says_so() -> None:
    async with live(listener(1, 80)) as program:
        await program.press("w")
        assert "needs a remote address" in program.text
