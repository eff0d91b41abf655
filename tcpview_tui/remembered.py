"""What is remembered from one start to the next, and which values of it mean something to this version."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import msgspec

from tcpview_tui.config import Settings, bounds
from tcpview_tui.model.arrangement import LEAST, MOST
from tcpview_tui.model.columns import BY_ID as COLUMN_BY_ID
from tcpview_tui.model.connection import State
from tcpview_tui.model.grouping import GROUPING_BY_ID
from tcpview_tui.model.query import QueryError, parse
from tcpview_tui.model.toggles import TOGGLE_BY_ID
from tcpview_tui.text import safe
from tcpview_tui.tui.theme import THEME_NAMES

STATE_BY_NAME: Mapping[str, State] = {state.value or "none": state for state in State}
"""How states are remembered: by their names, and the empty one as ``none``."""

NAME_LIMIT = 60
"""Characters of the name of a saved filter: a line of a dialog."""

TEXT_LIMIT = 65_536
"""Characters of a filter: more would not fit into the file."""

_SHOWN = 40


class SavedFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A filter that has a name. Off, it is kept but filters nothing."""

    expression: str
    on: bool = True


class Remembered(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is remembered; nothing of what is `None`. A type is annotated with what its value, or each item, must pass.

    `sort` names columns, the most important first, with a minus when they are reversed. `hidden` holds ids of
    toggles, `states` names of `STATE_BY_NAME`, `group` the id of a grouping, empty for none. `columns` are ids in their
    order; a column that is not among them was not known when it was written. `widths` are cells by column, `filters`
    saved filters by name.
    Whether names are looked up is not remembered: a look-up tells the other side that somebody is looking, and never
    starts by itself.
    """

    interval: Annotated[float | None, _is_interval] = None
    theme: Annotated[str | None, THEME_NAMES.__contains__] = None
    filter: Annotated[str | None, _is_filter] = None
    sort: Annotated[tuple[str, ...] | None, _is_sort] = None
    hidden: Annotated[tuple[str, ...] | None, TOGGLE_BY_ID.__contains__] = None
    states: Annotated[tuple[str, ...] | None, STATE_BY_NAME.__contains__] = None
    group: Annotated[str | None, _is_grouping] = None
    keep_closed: bool | None = None
    details: bool | None = None
    traffic: bool | None = None
    columns: Annotated[tuple[str, ...] | None, COLUMN_BY_ID.__contains__] = None
    columns_off: Annotated[tuple[str, ...] | None, COLUMN_BY_ID.__contains__] = None
    widths: Annotated[dict[str, int] | None, _is_width] = None
    filters: Annotated[dict[str, SavedFilter] | None, _is_saved] = None


def understood(values: Mapping[str, Any]) -> tuple[Remembered, list[str]]:
    """Return what means something, each thing once and safe to show, and what was left out: "theme 'neon'".

    Raises ValueError when a value is of the wrong type.
    """
    found, dropped, kept = _washed(msgspec.convert(values, Remembered)), [], {}
    for name, passes in _TESTS.items():
        kept[name], failed = _sifted(getattr(found, name), passes)
        dropped += [f"{name} '{safe(str(item), _SHOWN)}'" for item in failed]
    dropped += [f"'{safe(name, NAME_LIMIT)}'" for name in values if name not in Remembered.__struct_fields__]
    return msgspec.structs.replace(found, **kept), dropped


def merged(settings: Settings, remembered: Remembered, given: Collection[str]) -> Settings:
    """Return the settings with what is remembered in place of what the config file says, but for the names `given`."""
    names = [name for name in Remembered.__struct_fields__ if name in Settings.__struct_fields__ and name not in given]
    known = {name: getattr(remembered, name) for name in names}
    return msgspec.structs.replace(settings, **{name: value for name, value in known.items() if value is not None})


def _washed(found: Remembered) -> Remembered:
    """Return the same with texts that are safe to show. All others count only when they are known."""
    last = None if found.filter is None else safe(found.filter, TEXT_LIMIT)
    filters = None if found.filters is None else dict(_washed_filter(*item) for item in found.filters.items())
    return msgspec.structs.replace(found, filter=last, filters=filters)


def _washed_filter(name: str, saved: SavedFilter) -> tuple[str, SavedFilter]:
    return safe(name, NAME_LIMIT), SavedFilter(safe(saved.expression, TEXT_LIMIT), saved.on)


def _sifted(value: Any, passes: Callable[[Any], bool]) -> tuple[Any, list[Any]]:
    """Return of the value what passes, and what does not; of a mapping, pairs pass and keys do not."""
    if isinstance(value, tuple):
        items = dict.fromkeys(value)
        return tuple(item for item in items if passes(item)), [item for item in items if not passes(item)]
    if isinstance(value, dict):
        return dict(filter(passes, value.items())), [item[0] for item in value.items() if not passes(item)]
    return (value, []) if value is None or passes(value) else (None, [value])


def _is_interval(seconds: float) -> bool:
    least, most = bounds("interval")
    return least <= seconds <= most


def _is_filter(expression: str) -> bool:
    try:
        parse(expression)
    except QueryError:
        return False
    return True


def _is_sort(name: str) -> bool:
    return name.removeprefix("-") in COLUMN_BY_ID


def _is_grouping(name: str) -> bool:
    return not name or name in GROUPING_BY_ID


def _is_width(item: tuple[str, int]) -> bool:
    return item[0] in COLUMN_BY_ID and LEAST <= item[1] <= MOST


def _is_saved(item: tuple[str, SavedFilter]) -> bool:
    return bool(item[0].strip()) and _is_filter(item[1].expression)


_TESTS: Mapping[str, Callable[[Any], bool]] = {
    name: get_args(hint)[1]
    for name, hint in get_type_hints(Remembered, include_extras=True).items()
    if get_origin(hint) is Annotated
}
"""By name in `Remembered`: what the value, or each item of it, must pass."""
