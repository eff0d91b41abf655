"""Containing: end processes, after a dialog that names the targets and everything that goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcpview_tui.respond.outcome import Outcome, refused
from tcpview_tui.respond.several import summary
from tcpview_tui.respond.terminate import terminate, terminate_all
from tcpview_tui.text import count
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.screens.end import Choice, EndScreen
from tcpview_tui.tui.screens.end_several import EndSeveralScreen, JointChoice

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.tui.screens.live import LiveScreen


def end_process(main: LiveScreen) -> None:
    """Ask how to end the processes of the rows that are meant now, whatever moves meanwhile.

    These are the selected rows, or else what is under the cursor. A row stands for the process that it shows.
    """
    if main.has_slipped():
        return
    rows = main.session.view.targets()
    processes = list({row.owner.identity: row.owner for row in rows if row.owner is not None}.values())
    if not processes:
        _refuse(main, rows)
    elif len(processes) == 1:
        _ask_for_one(main, processes[0], rows)
    else:
        _ask_for_several(main, processes, rows)


def _refuse(main: LiveScreen, rows: Sequence[Row]) -> None:
    target, why = "no row", "There is no row."
    if len(rows) == 1:
        connection = rows[0].connection
        target, why = f"{connection.protocol} port {connection.local.port}", "The process of this row is not known"
    elif rows:
        target, why = count(len(rows), "row"), "The processes of these rows are not known"
    why += f"; {main.key('limits')} says why." if rows else ""
    finish(main, [("end process", target, refused(why))], refused(why))


def _ask_for_one(main: LiveScreen, process: Process, rows: Sequence[Row]) -> None:
    def chosen(choice: Choice | None) -> None:
        if choice:
            _end_one(main, choice)

    past = all(row.owners_past or row.is_closed for row in rows if row.owner is not None)
    notes = [_ownerless(rows), "It does not hold this connection any more; it had it." if past else ""]
    everything, plain = list(main.session.live.rows.values()), main.session.glyphs.plain
    main.app.push_screen(EndScreen(process, everything, plain, "\n".join(filter(None, notes))), chosen)


def _ask_for_several(main: LiveScreen, processes: Sequence[Process], rows: Sequence[Row]) -> None:
    def chosen(choice: JointChoice | None) -> None:
        if choice:
            _end_several(main, choice)

    everything, plain = list(main.session.live.rows.values()), main.session.glyphs.plain
    main.app.push_screen(EndSeveralScreen(processes, everything, plain, _ownerless(rows)), chosen)


def _ownerless(rows: Sequence[Row]) -> str:
    number = sum(row.owner is None for row in rows)
    return f"{count(number, 'row has', 'rows have')} no known process." if number else ""


def _end_one(main: LiveScreen, choice: Choice) -> None:
    plan, way = choice.plan, choice.way
    target = plan.process.label
    main.say(f"Sending {way.signal} to {target}...")
    run_in_background(
        main,
        lambda: terminate(plan, way.signal, way.tree, choice.typed_pid),
        lambda outcome: finish(main, [(way.label, target, outcome)], outcome),
    )


def _end_several(main: LiveScreen, choice: JointChoice) -> None:
    signal, processes = choice.signal, [target.process for target in choice.plan.targets]
    main.say(f"Sending {signal} to {count(len(processes), 'process', 'processes')}...")

    def done(outcomes: Sequence[Outcome]) -> None:
        entries = [(signal, each.label, outcome) for each, outcome in zip(processes, outcomes, strict=True)]
        finish(main, entries, summary(signal, outcomes))

    run_in_background(main, lambda: terminate_all(processes, signal), done)


def finish(main: LiveScreen, entries: Sequence[tuple[str, str, Outcome]], told: Outcome) -> None:
    """Log each target's outcome, say what it comes to, and look what is left."""
    for action, target, outcome in entries:
        main.session.log.record(action, target, outcome)
        main.session.taping.acted(f"{action} {target}: {outcome.sentence}", main.session.snapshot)
    main.say(told.sentence, "hint" if told.ok else "error")
    main.feed.sample_now()
