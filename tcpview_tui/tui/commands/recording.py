"""Recording what the live table shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.record.recording import RecordingError
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.main import MainScreen


def toggle(main: MainScreen) -> None:
    """Begin a recording, or end the one under way."""
    session = main.session
    if session.taping.path is not None:
        told = " ".join(map(safe, session.taping.stop()))
        main.say(f"Recorded. {told}", "warning")  # whole: the digest is to be written down
    else:
        _begin(main)
    main.restyle()


def _begin(main: MainScreen) -> None:
    session = main.session
    try:
        path = session.taping.start(session.sampler.source.name, session.interval, session.snapshot)
    except RecordingError as error:
        main.say(f"Nothing is recorded: {safe(str(error))}.", "error")
    else:
        main.say(f"Recording to {safe(str(path))}. {main.key('record')} ends it, and so does leaving.")
