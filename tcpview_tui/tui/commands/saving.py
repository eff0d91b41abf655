"""Saving what is shown: the rows, or the screen as it is."""

from __future__ import annotations

import re
import socket
from functools import partial
from typing import TYPE_CHECKING

from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.record.export import FORMATS
from tcpview_tui.text import count, safe, utc_time
from tcpview_tui.tui.screens.save import Kind, SaveScreen

if TYPE_CHECKING:
    from tcpview_tui.tui.screens.main import MainScreen

_FAR_FONT = re.compile(r',\s*url\("https:[^"]*"\) format\("\w+"\)')
"""Where Rich's pictures take their font from. Who looks at one must not tell a stranger's server so; text in the
picture never has a plain quotation mark, so that this finds none of it."""


def save(main: MainScreen) -> None:
    """Ask where to, and save: the selected rows if there are any, else every row that the filter lets through."""
    view = main.session.view
    selected = view.selected_rows()
    rows, context = selected or tuple(view.rows()), view.context
    what = count(len(rows), "selected row" if selected else "row")
    picture, host = _FAR_FONT.sub("", main.app.export_screenshot()), _host()
    kinds = [
        Kind(form.title, form.suffix, what, partial(form.write, rows, COLUMNS, context, context.now, host))
        for form in FORMATS
    ]
    kinds.append(Kind("SVG", ".svg", "the screen", lambda: picture))
    main.app.push_screen(SaveScreen(kinds, _stem(host, context.now), main.say, main.session.glyphs.plain))


def _host() -> str:
    """Return the name of the machine that is looked at, safe to show."""
    return safe(socket.gethostname())


def _stem(host: str, at: float) -> str:
    """Return ``tcpview-HOST-20260131T235959Z``, of characters that no shell and no file system minds."""
    return f"tcpview-{re.sub(r'[^A-Za-z0-9._-]', '-', host)}-{re.sub('[-:]', '', utc_time(at))}"
