"""Containing: end a process, after a dialog that names the target and everything that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.respond.outcome import Outcome, refused
from tcpview_tui.respond.terminate import terminate
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.screens.end import Choice, EndScreen

if TYPE_CHECKING:
    from tcpview_tui.model.row import Row
    from tcpview_tui.tui.screens.main import MainScreen


def end_process(main: MainScreen) -> None:
    """Ask how to end the process of the row that is under the cursor now, whatever moves meanwhile."""
    row = main.session.view.current
    obstacle = _obstacle(row)
    if row is None or row.owner is None or obstacle:
        target = "no row" if row is None else f"row {row.connection.protocol} port {row.connection.local.port}"
        _finish(main, "end process", target, refused(obstacle or "There is no row."))
        return
    process = row.owner

    def chosen(choice: Choice | None) -> None:
        if choice:
            _carry_out(main, choice)

    main.app.push_screen(EndScreen(process, list(main.session.live.rows.values()), main.session.glyphs.plain), chosen)


def _obstacle(row: Row | None) -> str:
    if row is None:
        return "There is no row under the cursor."
    if row.owner is None:
        return "The process of this row is not known; i says why."
    if row.owners_past:
        return f"{row.owner.name} (pid {row.owner.pid}) does not hold this connection any more."
    return ""


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
