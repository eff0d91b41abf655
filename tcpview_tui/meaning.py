"""Which remembered values mean something: the others are of another version of this program, or from another hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from tcpview_tui.config import bounds
from tcpview_tui.model.columns import BY_ID as COLUMN_BY_ID
from tcpview_tui.model.connection import State
from tcpview_tui.model.grouping import GROUPING_BY_ID
from tcpview_tui.model.query import QueryError, parse
from tcpview_tui.model.toggles import TOGGLE_BY_ID
from tcpview_tui.text import safe
from tcpview_tui.tui.theme import THEME_NAMES

if TYPE_CHECKING:
    from tcpview_tui.remembered import Remembered

STATE_BY_NAME: Mapping[str, State] = {state.value or "none": state for state in State}
"""How states are remembered: by their names, and the empty one as ``none``."""

NAME_LIMIT = 60
"""Characters of the name of a saved filter: a line of a dialog."""

WIDTH_LIMIT = 1000
"""Cells of a column; wider than any screen."""

_SHOWN = 40
_LEAST, _MOST = bounds("interval")


def sifted(found: Remembered) -> tuple[Remembered, list[str]]:
    """Return what means something, each thing once, and what was left out: "theme 'neon'"."""
    dropped: list[str] = []

    def passes(name: str, item: Any) -> bool:
        good = _MEANS[name](item)
        if not good:
            dropped.append(f"{name} {_shown(item)}")
        return good

    def sift(name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(item for item in dict.fromkeys(value) if passes(name, item))
        if isinstance(value, dict):
            return dict(item for item in value.items() if passes(name, item))
        return value if value is None or passes(name, value) else None

    return msgspec.structs.replace(found, **{name: sift(name, getattr(found, name)) for name in _MEANS}), dropped


def _shown(item: Any) -> str:
    text = item[0] if isinstance(item, tuple) else getattr(item, "name", item)
    return f"'{safe(str(text), _SHOWN)}'"


def _is_filter(expression: str) -> bool:
    try:
        parse(expression)
    except QueryError:
        return False
    return True


_MEANS: Mapping[str, Callable[[Any], bool]] = {
    "interval": lambda seconds: _LEAST <= seconds <= _MOST,
    "theme": THEME_NAMES.__contains__,
    "filter": _is_filter,
    "sort": lambda name: name.removeprefix("-") in COLUMN_BY_ID,
    "hidden": TOGGLE_BY_ID.__contains__,
    "states": STATE_BY_NAME.__contains__,
    "group": lambda name: not name or name in GROUPING_BY_ID,
    "columns": COLUMN_BY_ID.__contains__,
    "columns_off": COLUMN_BY_ID.__contains__,
    "widths": lambda width: width[0] in COLUMN_BY_ID and 0 < width[1] <= WIDTH_LIMIT,
    "filters": lambda saved: bool(saved.name.strip()) and _is_filter(saved.expression),
}
"""By name in `Remembered`: whether the value, or each of several, means something."""
