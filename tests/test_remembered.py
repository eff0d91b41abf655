from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.config import Settings
from tcpview_tui.model.arrangement import LEAST, MOST
from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.model.grouping import GROUPINGS
from tcpview_tui.model.query import QueryError, parse
from tcpview_tui.model.toggles import TOGGLES
from tcpview_tui.remembered import NAME_LIMIT, STATE_BY_NAME, Remembered, SavedFilter, merged, understood
from tcpview_tui.text import safe
from tcpview_tui.tui.theme import THEME_NAMES

EVERYTHING = Remembered(
    interval=2.5,
    theme="light",
    filter='user:root and not "a b"',
    sort=("process", "-age"),
    hidden=("udp", "loopback"),
    states=("none", "TIME_WAIT"),
    group="remote",
    keep_closed=True,
    details=False,
    traffic=False,
    columns=("pid", "process"),
    columns_off=("cmd",),
    widths={"process": 30},
    filters={"web": SavedFilter("port:80,443"), "größe [/b]": SavedFilter("ssh", on=False)},
)
NONSENSE: list[tuple[str, Any, str]] = [
    ("interval", 0.1, "interval '0.1'"),
    ("interval", float("nan"), "interval 'nan'"),
    ("theme", "neon", "theme 'neon'"),
    ("filter", "port:abc", "filter 'port:abc'"),
    ("sort", ["-colour"], "sort '-colour'"),
    ("sort", ["--pid"], "sort '--pid'"),
    ("hidden", ["sctp"], "hidden 'sctp'"),
    ("states", ["", "OPEN"], "states '', states 'OPEN'"),
    ("group", "colour", "group 'colour'"),
    ("columns", ["colour"], "columns 'colour'"),
    ("columns_off", ["colour"], "columns_off 'colour'"),
    ("widths", {"colour": 9}, "widths 'colour'"),
    ("widths", {"pid": LEAST - 1}, "widths 'pid'"),
    ("widths", {"pid": MOST + 1}, "widths 'pid'"),
    ("widths", {"pid": 10**9000}, "widths 'pid'"),
    ("filters", {"bad": {"expression": "port:abc"}}, "filters 'bad'"),
    ("filters", {" ": {"expression": "ssh"}}, "filters ' '"),
    ("filters", {"long": {"expression": "x" * 5000}}, "filters 'long'"),
]


def ids(*known: str) -> st.SearchStrategy[tuple[str, ...] | None]:
    return st.none() | st.lists(st.sampled_from(known), unique=True).map(tuple)


def is_filter(text: str) -> bool:
    try:
        parse(text)
    except QueryError:
        return False
    return True


COLUMN_IDS = tuple(column.id for column in COLUMNS)
EXPRESSIONS = st.text(max_size=40).map(safe).filter(is_filter) | st.sampled_from(["", "port:443 or not user:root"])
FILTER_NAMES = (
    st.text(min_size=1, max_size=5).map(safe).filter(lambda name: bool(name.strip()) and len(name) <= NAME_LIMIT)
)
REMEMBERED = st.builds(
    Remembered,
    interval=st.none() | st.floats(0.5, 60),
    theme=st.none() | st.sampled_from(THEME_NAMES),
    filter=st.none() | EXPRESSIONS,
    sort=ids(*COLUMN_IDS, *(f"-{name}" for name in COLUMN_IDS)),
    hidden=ids(*(toggle.id for toggle in TOGGLES)),
    states=ids(*STATE_BY_NAME),
    group=st.none() | st.sampled_from(["", *(grouping.id for grouping in GROUPINGS)]),
    keep_closed=st.none() | st.booleans(),
    details=st.none() | st.booleans(),
    traffic=st.none() | st.booleans(),
    columns=ids(*COLUMN_IDS),
    columns_off=ids(*COLUMN_IDS),
    widths=st.none() | st.dictionaries(st.sampled_from(COLUMN_IDS), st.integers(LEAST, MOST)),
    filters=st.none() | st.dictionaries(FILTER_NAMES, st.builds(SavedFilter, EXPRESSIONS, st.booleans()), max_size=5),
)


def test_the_example_remembers_every_field() -> None:
    fields = Remembered.__struct_fields__
    assert [name for name in fields if getattr(EVERYTHING, name) is None] == []


def test_look_ups_never_start_by_themselves() -> None:
    assert "names" not in Remembered.__struct_fields__


@given(REMEMBERED)
def test_what_this_version_remembers_it_understands(remembered: Remembered) -> None:
    assert understood(msgspec.to_builtins(remembered)) == (remembered, [])


@pytest.mark.parametrize(("name", "value", "told"), NONSENSE, ids=[told for *_, told in NONSENSE])
def test_what_means_nothing_is_left_out_and_told(name: str, value: Any, told: str) -> None:
    found, dropped = understood({name: value, "keep_closed": True})
    assert not getattr(found, name)
    assert found.keep_closed is True
    assert ", ".join(dropped) == told


def test_every_value_that_could_mean_nothing_is_tried() -> None:
    free = {"keep_closed", "details", "traffic"}
    assert {name for name, *_ in NONSENSE} | free == set(Remembered.__struct_fields__)


def test_a_key_that_is_unknown_is_told() -> None:
    assert understood({"names": True, "\x1b[2J": 1})[1] == ["'names'", f"'{safe(chr(27))}[2J'"]


def test_the_rest_stays_and_each_thing_once() -> None:
    values = {"columns": ["pid", "colour", "process", "pid"], "widths": {"colour": 3, "pid": 9}}
    assert understood(values)[0] == Remembered(columns=("pid", "process"), widths={"pid": 9})


@pytest.mark.parametrize("values", [{"interval": "fast"}, {"hidden": 5}, {"widths": []}, {"filters": {"a": 1}}])
def test_a_value_of_the_wrong_type_is_an_error(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        understood(values)


@pytest.mark.parametrize("text", ["\x1b]52;c;QQ==\x07", "\u202e", "\x9b2J"])
def test_hostile_text_is_made_visible(text: str) -> None:
    values = {"filter": text, "theme": text, text: 1, "filters": {text: {"expression": text}}}
    found, dropped = understood(values)
    (saved,) = (found.filters or {}).items()
    shown = [str(found.filter), saved[0], saved[1].expression, *dropped]
    assert [safe(each) for each in shown] == shown
    assert [each for each in shown if "\\" not in each] == []


@pytest.mark.parametrize(
    ("given_options", "expected"),
    [
        (set(), {"interval": 2.5, "theme": "light", "filter": 'user:root and not "a b"'}),
        ({"interval", "filter"}, {"interval": 9.0, "theme": "light", "filter": "ssh"}),
        ({"interval", "filter", "theme", "linger"}, {"interval": 9.0, "theme": "ansi", "filter": "ssh"}),
    ],
)
def test_an_option_wins_over_what_is_remembered_and_that_over_the_file(
    given_options: set[str], expected: dict[str, Any]
) -> None:
    settings = Settings(interval=9.0, theme="ansi", filter="ssh", linger=5.0)
    assert merged(settings, EVERYTHING, given_options) == msgspec.structs.replace(settings, traffic=False, **expected)
    assert merged(settings, Remembered(), given_options) == settings


def test_an_empty_filter_is_remembered_as_such() -> None:
    assert merged(Settings(filter="ssh"), Remembered(filter=""), ()).filter == ""
