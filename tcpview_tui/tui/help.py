"""The help text, made from the tables of actions, gestures, signs, columns and filter fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tcpview_tui.model.choices import FLAGS
from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.model.complete import GRAMMAR
from tcpview_tui.model.fields import FIELDS
from tcpview_tui.tui.gestures import GESTURES
from tcpview_tui.tui.signs import SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tcpview_tui.tui.action import Action
    from tcpview_tui.tui.glyphs import Glyphs


def help_text(actions: Sequence[Action], glyphs: Glyphs) -> Table:
    """Return keys, gestures, signs, the filter language and the columns, ready to read."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=21)
    table.add_column(ratio=1)
    for group in dict.fromkeys(action.group for action in actions):
        members = (action for action in actions if action.group == group)
        _section(table, group, ((" ".join(a.key_names), f"{a.title}. {a.help}") for a in members))
    _section(table, "Mouse", GESTURES)
    _section(table, "Signs", ((sign.text(glyphs), sign.meaning) for sign in SIGNS))
    _section(table, "Filter", GRAMMAR)
    _section(table, "Filter fields", ((f"{field.name}:", field.help) for field in FIELDS))
    _section(table, "is:", ((flag.name, flag.help) for flag in FLAGS))
    _section(table, "Columns", ((column.title, column.help) for column in COLUMNS))
    return table


def _section(table: Table, title: str, entries: Iterable[tuple[str, str]]) -> None:
    table.add_row(Text(title, "bold underline"))
    for name, meaning in entries:
        table.add_row(Text(f" {name}", "bold"), Text(meaning))
    table.add_row()
