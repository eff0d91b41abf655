from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.tui.layout import GAP, GUTTER, layout

NO_NAMES = frozenset({"host"})


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (1, {"process"}),
        (20, {"process"}),
        (40, {"process", "pid", "state"}),
        (80, {"process", "pid", "state", "remote", "rport", "local", "lport"}),
        (
            120,
            {"process", "pid", "state", "remote", "rport", "proto", "lport", "local", "dir", "user", "service", "age"},
        ),
    ],
)
def test_narrow_screens_drop_columns_by_priority(width: int, columns: set[str]) -> None:
    assert {slot.column.id for slot in layout(width, NO_NAMES)} == columns


def test_a_wide_screen_shows_everything() -> None:
    assert [slot.column.id for slot in layout(400)] == [column.id for column in COLUMNS]


def test_names_come_early_once_asked_for() -> None:
    assert "host" in {slot.column.id for slot in layout(120)}


@given(st.integers(20, 500), st.booleans())
def test_columns_stand_side_by_side_within_the_screen(width: int, names: bool) -> None:
    slots = layout(width, frozenset() if names else NO_NAMES)
    x = GUTTER
    for slot in slots:
        assert slot.x == x
        assert slot.column.width <= slot.width <= slot.column.ideal
        x += slot.width + GAP
    assert x - GAP <= width


@given(st.integers(20, 499))
def test_a_wider_screen_never_shows_less(width: int) -> None:
    assert {slot.column.id for slot in layout(width)} <= {slot.column.id for slot in layout(width + 1)}


def test_priorities_are_different() -> None:
    priorities = [column.priority for column in COLUMNS]
    assert len(set(priorities)) == len(priorities)
