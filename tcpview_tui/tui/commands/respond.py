"""Containing: end a process, after a dialog that names the target and everything that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.respond.outcome import Outcome, refused
from tcpview_tui.respond.terminate import terminate
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.screens.end import Choice, EndScreen

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.main import MainScreen


def end_process(main: MainScreen) -> None:
    """Ask how to end the process of the row that is under the cursor now, whatever moves meanwhile."""
    if main.has_slipped():
        return
    row = main.session.view.current
    if row is None or row.owner is None:
        target = "no row" if row is None else f"{row.connection.protocol} port {row.connection.local.port}"
        why = "There is no row." if row is None else "The process of this row is not known; i says why."
        _finish(main, "end process", target, refused(why))
        return

    def chosen(choice: Choice | None) -> None:
        if choice:
            _carry_out(main, choice)

    session = main.session
    note = "It does not hold this connection any more; it had it." if row.owners_past or row.is_closed else ""
    main.app.push_screen(EndScreen(row.owner, list(session.live.rows.values()), session.glyphs.plain, note), chosen)


def _carry_out(main: MainScreen, choice: Choice) -> None:
    plan, way = choice.plan, choice.way
    target = f"{plan.process.name} (pid {plan.process.pid})"
    main.say(f"Sending {way.signal} to {target}...")
    run_in_background(
        main,
        lambda: terminate(plan, way.signal, way.tree, choice.typed_pid),
        lambda outcome: _finish(main, way.label, target, outcome),
    )


def _finish(main: MainScreen, action: str, target: str, outcome: Outcome) -> None:
    main.session.log.record(action, target, outcome)
    main.say(outcome.sentence, "hint" if outcome.ok else "error")
    main.feed.sample_now()
