"""What one run has changed of what is remembered, so that it can be written beside what other runs have changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

if TYPE_CHECKING:
    from tcpview_tui.remembered import Remembered

Facts = Mapping[str, Any]
"""All that can be remembered, by name in `Remembered`."""

Changes = Mapping[str, Any]
"""The new values by name in `Remembered`; of a mapping only the items that are new or other ones, and `None` for those
that are gone."""


def changed(before: Facts, now: Facts) -> Changes:
    """Return what differs. What came from an option or the config file and was left alone does not."""
    return {name: _difference(before[name], value) for name, value in now.items() if value != before[name]}


def applied(remembered: Remembered, changes: Changes) -> Remembered:
    """Return the same with the changes: what they do not name stays, also in the mappings."""
    return replace(remembered, **{name: _changed(getattr(remembered, name), each) for name, each in changes.items()})


def _difference(before: Any, now: Any) -> Any:
    if not isinstance(now, Mapping):
        return now
    other = {key: item for key, item in now.items() if key not in before or item != before[key]}
    return dict.fromkeys(before.keys() - now.keys()) | other


def _changed(before: Any, change: Any) -> Any:
    if not isinstance(change, Mapping):
        return change
    items = {**(before or {}), **change}
    return {key: item for key, item in items.items() if item is not None}
