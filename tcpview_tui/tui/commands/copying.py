"""Copying: rows and addresses to the terminal's clipboard, and Ctrl+C, which copies first and leaves second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tcpview_tui.exits import INTERRUPTED
from tcpview_tui.model.columns import COLUMNS, Column
from tcpview_tui.record.export import raw
from tcpview_tui.text import count
from tcpview_tui.tui.clipboard import LIMIT, TooLongError, copy
from tcpview_tui.tui.keys import TWICE
from tcpview_tui.tui.screens.copy import CopyScreen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.model.connection import Key
    from tcpview_tui.model.row import Row
    from tcpview_tui.tui.screens.main import MainScreen

_ALWAYS = frozenset({"process", "pid", "proto", "state", "local", "lport", "remote", "rport", "seen"})
"""Columns that are copied on a narrow screen too: without one of them, nobody can tell which connection it was."""

_NEVER = frozenset({"age"})
"""It is another one as soon as it is pasted; the time at which the row was first seen stays true."""

_SENT = "Copied {} to the terminal's clipboard (OSC 52)."


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied by which action, and when (monotonic seconds): the same at once again means something else."""

    action: str
    rows: tuple[Key, ...]
    at: float


def copy_rows(main: MainScreen) -> None:
    """Copy the rows as TCPView does, a line each, tabs between the values; again: show the text to select from."""
    rows = main.targets()
    if rows:
        _copy(main, "rows", rows, _lines(main, rows), count(len(rows), "row"))


def copy_remote(main: MainScreen) -> None:
    """Copy the remote addresses, each once; again: show them to select from."""
    rows = main.targets()
    addresses = dict.fromkeys(row.connection.remote.address for row in rows if row.connection.remote is not None)
    if addresses:
        _copy(main, "remote", rows, "\n".join(addresses), count(len(addresses), "address", "addresses"))
    elif rows:
        main.say("Nobody is connected here: there is no remote address to copy.")


def interrupt(main: MainScreen) -> None:
    """Copy the rows, as Ctrl+C does in TCPView; a second time at once, leave, as it does in every terminal."""
    now, before, view = main.session.clock.monotonic(), main.copied, main.session.view
    if before is not None and before.action == "interrupt" and now - before.at <= TWICE:
        main.app.exit(INTERRUPTED, return_code=INTERRUPTED)
        return
    rows = () if view.slipped(now) else view.targets()
    told = _attempt(main, rows) if rows else "Nothing to copy."
    main.copied = Copied("interrupt", (), now)
    main.say(f"{told} Ctrl+C again leaves.")


def _attempt(main: MainScreen, rows: Sequence[Row]) -> str:
    try:
        copy(main.app, _lines(main, rows))
    except TooLongError as error:
        return str(error)
    return _SENT.format(count(len(rows), "row"))


def _copy(main: MainScreen, action: str, rows: Sequence[Row], text: str, what: str) -> None:
    """Send `text` to the clipboard; or show it, when `action` has just done so for the same rows."""
    keys = tuple(row.key for row in rows)
    before, main.copied = main.copied, None
    if before is not None and (before.action, before.rows) == (action, keys):
        main.app.push_screen(CopyScreen(f"{what} to copy by hand", text, main.session.glyphs.plain))
        return
    try:
        copy(main.app, text)
    except TooLongError as error:
        main.say(str(error), "warning")
        return
    main.copied = Copied(action, keys, main.session.clock.monotonic())
    main.say(f"{_SENT.format(what)} Not there? Press again.")


def _lines(main: MainScreen, rows: Sequence[Row]) -> str:
    """Return the rows as lines, so many of them at most that more are certainly too long for a clipboard."""
    columns, context = _columns(main), main.session.view.context
    enough = LIMIT // len(columns) + 1  # a line has at least its tabs and its end
    return "\n".join("\t".join(raw(column, row, context) for column in columns) for row in rows[:enough])


def _columns(main: MainScreen) -> list[Column]:
    """Return those of the table, and those without which a line means nothing; what is hidden may be a secret."""
    shown = {slot.column.id for slot in main.painter(main.table.size.width).slots}
    return [column for column in COLUMNS if column.id in (shown | _ALWAYS) - _NEVER]
