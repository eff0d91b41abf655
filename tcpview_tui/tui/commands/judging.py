"""Judging: the list of findings, what is normal here, and what others know."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text

from tcpview_tui.config import default_path
from tcpview_tui.findings.baseline.traits import program_of
from tcpview_tui.findings.register import subjects
from tcpview_tui.lookup.references import merged
from tcpview_tui.model.details import heading
from tcpview_tui.model.inspection import Absence
from tcpview_tui.record.programs import Programs
from tcpview_tui.text import count
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.messages import FindingsArrived
from tcpview_tui.tui.screens.question import QuestionScreen

if TYPE_CHECKING:
    from tcpview_tui.findings.finding import Finding, Subject
    from tcpview_tui.findings.rule import Of
    from tcpview_tui.model.process import Process
    from tcpview_tui.model.row import Row
    from tcpview_tui.sources.base import Sampler
    from tcpview_tui.tui.screens.main import MainScreen


def show_findings(main: MainScreen) -> None:
    """List all that was found, and go to the row of what is chosen."""
    from tcpview_tui.tui.screens.findings import FindingsScreen  # with all rules, which the first rows do not wait for

    def changed() -> None:
        main.post_message(FindingsArrived())

    def chosen(finding: Finding | None) -> None:
        if finding is not None:
            _go_to(main, finding)

    main.app.push_screen(FindingsScreen(main.session, main.palette, changed, main.say), chosen)


def _go_to(main: MainScreen, finding: Finding) -> None:
    """Put the cursor on the first row that it is about, and tell how many there are."""
    from tcpview_tui.findings.table import BY_ID

    view, now = main.session.view, main.session.clock.monotonic()
    rule = BY_ID.get(finding.rule)  # a recording may tell of one that this program does not have
    of = rule.of if rule else None
    rows = [row for row in view.everything() if _is_about(row, of, finding.subject)]
    if not rows:  # it may be about more than what was judged: a program, a network
        told = main.session.bench.register.of
        same = finding.rule, finding.subject
        rows = [row for row in view.everything() if any((each.rule, each.subject) == same for each in told(row))]
    is_there = any(view.go_to(row.key, now) for row in rows)
    main.draw()
    if not rows:
        main.say(f"No row belongs to it now: {finding.title}, {finding.name}.")
    elif not is_there:
        hidden = f"A filter or a closed group hides {count(len(rows), 'its row', 'its rows').partition(' ')[2]}."
        main.say(f"{hidden} {main.key('clear')} shows everything.", "warning")
    elif len(rows) > 1:
        main.say(f"The first of {len(rows):,} rows; all of the rule by the filter finding:{finding.rule}")


def _is_about(row: Row, of: Of | None, subject: Subject) -> bool:
    """As `subjects` has it, without the whole of it for each of 100,000 rows; `of` is `None` when nobody knows it."""
    if of is None:
        return any(each == subject for _, each in subjects(row))
    if of == "process":
        return any(owner.identity == subject for owner in row.owners)
    return row.key == subject if of == "connection" else (of, subject) in subjects(row)


def mark_normal(main: MainScreen) -> None:
    """Take it that what is shown is normal here, after the person has agreed: these rows, and none that come later."""
    session = main.session
    rows, context = list(session.view.rows()), session.view.context
    if not session.bench.is_on:
        main.say("Nothing is judged in this run, so that nothing can be learned.", "warning")
        return
    if not rows:
        main.say("There is no row that could be normal.")
        return

    def answered(choice: str | None) -> None:
        if choice == "learn":
            main.say("Learning.")
            learn = partial(session.bench.learn, rows, context, session.time.wall())
            run_in_background(main, learn, main.say, partial(main.say, tone="error"))

    programs = len({program_of(owner) for row in rows for owner in row.owners} - {None})
    suspicious = sum(context.is_suspicious(row) for row in rows)
    text = Text(f"Learn {count(len(rows), 'row')} of {count(programs, 'program')}, all that are shown now: ")
    text.append("what they do is part of the baseline from then on, and not new here any longer.")
    if suspicious:
        text.append(f"\n\n{count(suspicious, 'of them is', 'of them are')} suspicious (!). ", "bold")
        text.append("Whoever is in the baseline is never told as new: look at these first.")
    main.app.push_screen(QuestionScreen("This is normal", text, [("learn", "Learn it")]), answered)


def show_references(main: MainScreen) -> None:
    """Show the pages about the remote address and the program of the row under the cursor."""
    rows = main.targets()
    if len(rows) > 1:
        main.say(f"That is about one row, and these are {len(rows)}: choose one.")
    elif rows:
        _refer(main, rows[0])


def _refer(main: MainScreen, row: Row) -> None:
    from tcpview_tui.lookup.reputation_api.services import Services
    from tcpview_tui.tui.screens.references import ReferencesScreen

    session, owner, remote = main.session, row.owner, row.connection.remote
    process = None if main.table_of == "replay" else owner  # a recorded process is none of this machine
    services = Services(default_path().parent, os.environ, offline=session.settings.offline)
    plain = session.glyphs.plain
    title, address = plain(heading(row)), remote and remote.address
    digest = partial(_digest, session.sampler, process)
    main.app.push_screen(
        ReferencesScreen(title, address, digest, services, merged(main.session.settings.references), plain)
    )


def _digest(sampler: Sampler, process: Process | None) -> str | None:
    """Return the SHA-256 of what a process runs; `None` when that is not known, or the process is not this one."""
    digest = None if process is None else Programs().digest_of(process)
    if process is None or digest is None:
        return None
    return None if sampler.inspect(process).status is Absence.GONE else digest
