"""Containing: close connections, after a dialog that names them, and leave their processes alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcpview_tui.respond.disconnect import WORDS, disconnect
from tcpview_tui.respond.outcome import Outcome, refused
from tcpview_tui.respond.several import summary
from tcpview_tui.text import count
from tcpview_tui.tui.background import run_in_background
from tcpview_tui.tui.commands.respond import finish
from tcpview_tui.tui.screens.disconnect import DisconnectScreen

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection
    from tcpview_tui.tui.screens.disconnect import Choice
    from tcpview_tui.tui.screens.live import LiveScreen

_ACTION = "disconnect"


def disconnect_rows(main: LiveScreen) -> None:
    """Ask whether to close the connections of the rows that are meant now, whatever moves meanwhile.

    Where none can be closed, nobody is asked.
    """
    if obstacle := main.session.sampler.source.cannot_disconnect:
        main.say(obstacle, "warning")
        return
    rows = main.targets()
    if not rows:
        return
    if all(row.is_closed for row in rows):
        told = "It has closed already." if len(rows) == 1 else "They have closed already."
        _refuse(main, [row.connection for row in rows], told)
        return

    def chosen(choice: Choice | None) -> None:
        if choice:
            _close(main, choice)

    main.app.push_screen(DisconnectScreen(rows, main.session.glyphs.plain), chosen)


def _refuse(main: LiveScreen, connections: Sequence[Connection], why: str) -> None:
    finish(main, [(_ACTION, connection.ends, refused(why)) for connection in connections], refused(why))


def _close(main: LiveScreen, choice: Choice) -> None:
    agreed = choice.plan.agreed(lambda target: target.number == choice.typed_port)
    if not agreed:
        _refuse(main, [target.connection for target in choice.plan.targets], choice.plan.targets[0].told)
        return
    main.say(f"Closing {agreed[0].ends if len(agreed) == 1 else count(len(agreed), 'connection')}...")

    def done(outcomes: Sequence[Outcome]) -> None:
        told = outcomes[0] if len(outcomes) == 1 else summary("Disconnect", outcomes, WORDS)
        entries = [(_ACTION, each.ends, outcome) for each, outcome in zip(agreed, outcomes, strict=True)]
        finish(main, entries, told)

    run_in_background(main, lambda: disconnect(main.session.sampler.disconnect, agreed), done)
