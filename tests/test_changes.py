from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import asdict, replace

from tcpview_tui.changes import applied, changed
from tcpview_tui.remembered import Remembered, SavedFilter
from tests.test_remembered import REMEMBERED

WEB, SSH, DNS = SavedFilter("port:80"), SavedFilter("port:22"), SavedFilter("port:53")
WEB_OFF = SavedFilter("port:80", on=False)
FULL = REMEMBERED.map(lambda each: replace(each, widths=each.widths or {}, filters=each.filters or {}))


@given(FULL, FULL)
def test_what_differs_makes_the_one_out_of_the_other(before: Remembered, now: Remembered) -> None:
    assert applied(before, changed(asdict(before), asdict(now))) == now


@given(FULL)
def test_what_is_the_same_is_no_change(remembered: Remembered) -> None:
    assert changed(asdict(remembered), asdict(remembered)) == {}


def test_what_differs_is_told_item_by_item() -> None:
    before = {"interval": 1.0, "widths": {"pid": 9, "age": 5}, "filters": {"web": WEB, "ssh": SSH}, "sort": ()}
    now = {"interval": 1.0, "widths": {"pid": 9, "age": 6}, "filters": {"ssh": SSH, "dns": DNS}, "sort": ("pid",)}
    assert changed(before, now) == {"widths": {"age": 6}, "filters": {"web": None, "dns": DNS}, "sort": ("pid",)}


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"sort": ("pid",)}, {"sort": ("pid",)}),
        ({"interval": 2.0, "filter": ""}, {"interval": 2.0, "filter": ""}),
        ({"filters": {"dns": DNS}}, {"filters": {"web": WEB, "ssh": SSH, "dns": DNS}}),
        ({"filters": {"web": None}}, {"filters": {"ssh": SSH}}),
        ({"filters": {"gone": None}}, {}),
        ({"filters": {"web": WEB_OFF}}, {"filters": {"web": WEB_OFF, "ssh": SSH}}),
        ({"widths": {"pid": 9, "process": None}}, {"widths": {"pid": 9}}),
    ],
)
def test_a_change_touches_nothing_but_what_was_changed(changes: Mapping[str, Any], after: dict[str, Any]) -> None:
    before = Remembered(theme="light", widths={"process": 30}, filters={"web": WEB, "ssh": SSH})
    assert applied(before, changes) == replace(before, **after)


def test_the_first_of_several_needs_none_before_it() -> None:
    assert applied(Remembered(), {"filters": {"web": WEB}}) == Remembered(filters={"web": WEB})
