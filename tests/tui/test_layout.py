from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.arrangement import LEAST, MOST, Arrangement
from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.model.place_columns import PLACES
from tcpview_tui.model.traffic_columns import TRAFFIC
from tcpview_tui.tui.layout import DEFAULT, EDGE, GAP, GUTTER, Slot, layout, pages

NO_NAMES = frozenset({"host", "closed", "finding"}).union(PLACES)
IDS = [column.id for column in COLUMNS]
ARRANGEMENTS = st.builds(
    Arrangement.of,
    st.permutations(IDS),
    st.sets(st.sampled_from(IDS)),
    st.dictionaries(st.sampled_from(IDS), st.integers(LEAST, MOST)),
)
WITHOUT = st.sampled_from([frozenset(), NO_NAMES, frozenset({"host", "closed"})])


def ids(slots: tuple[Slot, ...]) -> list[str]:
    return [slot.column.id for slot in slots]


def every(width: int, arrangement: Arrangement, without: frozenset[str] = frozenset()) -> list[tuple[Slot, ...]]:
    return [layout(width, arrangement, without, page) for page in range(pages(width, arrangement, without))]


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
    assert {slot.column.id for slot in layout(width, DEFAULT, NO_NAMES)} == columns


def test_a_wide_screen_shows_everything() -> None:
    assert [slot.column.id for slot in layout(400)] == [column.id for column in COLUMNS]


def test_nothing_is_lost_at_200_columns_or_with_counters_at_310_or_with_places_at_340() -> None:
    assert pages(200, DEFAULT, TRAFFIC | NO_NAMES) == 1
    assert pages(310, DEFAULT, frozenset(PLACES)) == 1
    assert pages(340) == 1


def test_names_come_early_once_asked_for() -> None:
    assert "host" in ids(layout(120, DEFAULT, NO_NAMES - {"host"}))


@pytest.mark.parametrize("width", [105, 120])
def test_findings_stand_on_the_first_page_and_before_names_once_there_are_any(width: int) -> None:
    assert "finding" in ids(layout(width, DEFAULT, NO_NAMES - {"finding"}))
    assert "finding" in ids(layout(width, DEFAULT, NO_NAMES - {"finding", "host"}))


def test_findings_leave_the_ends_of_a_connection_on_the_first_page() -> None:
    assert ids(layout(80, DEFAULT, NO_NAMES - {"finding"})) == ids(layout(80, DEFAULT, NO_NAMES))


@given(st.integers(20, 500), st.booleans())
def test_columns_stand_side_by_side_within_the_screen(width: int, names: bool) -> None:
    slots = layout(width, DEFAULT, frozenset() if names else NO_NAMES)
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


@given(st.integers(5, 300), ARRANGEMENTS, WITHOUT)
def test_every_column_stands_on_one_page_and_the_first_on_all(
    width: int, arrangement: Arrangement, without: frozenset[str]
) -> None:
    shown = [column.id for column in arrangement.shown]
    expected = [name for name in shown if name not in without] or shown
    found = [ids(slots) for slots in every(width, arrangement, without)]
    assert {names[0] for names in found} == {expected[0]}
    assert sorted([expected[0], *(name for names in found for name in names[1:])]) == sorted(expected)
    assert all(names == sorted(names, key=expected.index) for names in found)
    assert [name for names in found[1:] for name in names[1:]] == [n for n in expected if n not in found[0]]


@given(st.integers(5, 300), ARRANGEMENTS, WITHOUT)
def test_slots_neither_overlap_nor_leave_the_screen(
    width: int, arrangement: Arrangement, without: frozenset[str]
) -> None:
    for slots in every(width, arrangement, without):
        assert slots[0].x == GUTTER
        assert all(left.x + left.width + GAP == right.x for left, right in pairwise(slots))
        assert slots[-1].x + slots[-1].width <= width
        assert all(1 <= slot.width <= (arrangement.width(slot.column.id) or slot.column.ideal) for slot in slots)


@given(st.integers(1, 4), ARRANGEMENTS)
def test_a_screen_for_ants_does_not_crash(width: int, arrangement: Arrangement) -> None:
    assert all(every(width, arrangement))


@given(ARRANGEMENTS, st.integers(200, 300))
def test_a_chosen_width_is_exact_when_the_screen_is_wide_enough(arrangement: Arrangement, width: int) -> None:
    chosen = {name: cells for name, cells in arrangement.widths if cells <= 80}
    narrow = Arrangement.of(arrangement.order, arrangement.off, chosen)
    for slots in every(width, narrow):
        assert all(slot.width == chosen.get(slot.column.id, slot.width) for slot in slots)


@given(st.integers(20, 300), st.sampled_from(IDS[1:]), st.integers(1, 60))
def test_who_makes_a_column_wider_does_not_lose_it_from_the_page(width: int, name: str, more: int) -> None:
    page = next(n for n, slots in enumerate(every(width, DEFAULT)) if name in ids(slots[1:]))
    slot = next(slot for slot in layout(width, DEFAULT, page=page) if slot.column.id == name)
    wider = slot.width + min(more, width - EDGE - slot.x - slot.width)  # the mouse cannot leave the screen
    assert name in ids(layout(width, DEFAULT.widened(name, wider), page=page))


def test_the_pages_of_80_cells() -> None:
    assert [ids(slots) for slots in every(80, DEFAULT, NO_NAMES)] == [
        ["process", "pid", "state", "local", "lport", "remote", "rport"],
        ["process", "user", "service", "proto", "dir", "rate_in", "rate_out", "recv", "sent"],
        ["process", "precv", "psent", "retrans", "rtt", "recvq", "sendq", "seen", "age"],
        ["process", "path", "container", "cmd"],
    ]


def test_without_counters_their_columns_take_no_room() -> None:
    assert [ids(slots) for slots in every(80, DEFAULT, NO_NAMES | TRAFFIC)][1:] == [
        ["process", "user", "service", "proto", "dir", "seen", "age"],
        ["process", "path", "container", "cmd"],
    ]


def test_a_page_past_the_last_is_the_last() -> None:
    assert layout(80, page=99) == layout(80, page=pages(80) - 1)


def test_a_single_column_takes_its_ideal_width() -> None:
    command = Arrangement.of(["cmd"], [name for name in IDS if name != "cmd"])
    assert [(slot.column.id, slot.width) for slot in layout(300, command)] == [("cmd", 120)]
    assert pages(80, command) == 1


def test_the_last_column_that_is_on_is_shown_even_without_what_it_shows() -> None:
    assert ids(layout(80, Arrangement.of(IDS, set(IDS) - {"host"}), NO_NAMES)) == ["host"]


def test_narrower_columns_make_room_for_further_ones() -> None:
    assert "proto" not in ids(layout(80, DEFAULT, NO_NAMES))
    assert "proto" in ids(layout(80, DEFAULT.widened("process", 7), NO_NAMES))
