"""The help text, made from the tables of actions, columns and filter fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.model.complete import GRAMMAR
from tcpview_tui.model.fields import FIELDS, FLAGS
from tcpview_tui.model.row import Mark
from tcpview_tui.tui.actions import offered

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARKS = (
    (Mark.NEW.value, "new (green): opened since the last look or within the linger time"),
    (Mark.CHANGED.value, "changed (yellow): another state or another process"),
    (Mark.CLOSED.value, "closed (red): gone; the row stays for the linger time, or while the cursor is on it"),
)


def help_text(read_only: bool) -> Text:
    """Return keys, marks, the filter language and the columns, ready to read."""
    text = Text()
    groups = dict.fromkeys(action.group for action in offered(read_only))
    for group in groups:
        members = [action for action in offered(read_only) if action.group == group]
        _section(text, group, ((" ".join(a.key_names), f"{a.title}. {a.help}") for a in members))
    _section(text, "Marks before a row", _MARKS)
    _section(text, "Filter", GRAMMAR)
    _section(text, "Filter fields", ((f"{field.name}:", field.help) for field in FIELDS))
    _section(text, "is:", ((flag.name, flag.help) for flag in FLAGS))
    _section(text, "Columns", ((column.title, column.help) for column in COLUMNS))
    return text


def _section(text: Text, title: str, entries: Iterable[tuple[str, str]]) -> None:
    text.append(f"{title}\n", "bold underline")
    for name, meaning in entries:
        text.append(f"  {name:<22} ", "bold")
        text.append(f"{meaning}\n")
    text.append("\n")
