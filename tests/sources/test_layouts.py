"""Where the counters of a message lie: learnt once for a length, and again where they lie elsewhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.sources.layouts import Layout, Layouts
from tcpview_tui.sources.tcp_info import COUNTED
from tests.sources.wire import attribute, body, info, message, names

FULL = info(unacked=3, bytes_sent=7)
BARE = body(names(1))[:72]
CUBIC = attribute(4, b"cubic\0")


def read(layouts: Layouts, part: bytes, at: int = 0) -> tuple[Layout, bytes, bytes]:
    """The layout of a message, its `inet_diag_msg` and its counters."""
    layout = layouts.of(part, at)
    assert layout is not None
    assert layout.fits(part, at)
    length, kind, head, counted = layout.run.unpack_from(part, at)
    assert (length, kind) == (layout.length, 20)
    return layout, head, counted


@given(st.integers(0, 60), st.integers(0, 240), st.binary(max_size=40))
def test_the_parts_are_found_wherever_they_lie(before: int, size: int, behind: bytes) -> None:
    """An old kernel's `tcp_info` is shorter."""
    size &= ~3
    attributes = attribute(9, bytes(before)), attribute(2, FULL[:size]), CUBIC, attribute(8, behind)
    part = b"head" + message(BARE + b"".join(attributes))
    layout, head, counted = read(Layouts(), part, 4)
    assert (head, counted) == (BARE, FULL[:size][COUNTED])
    unacked, congestion = layout.rest(part, 4)
    assert congestion == "cubic"
    assert size < 28 or unacked == b"\3\0\0\0"


def test_messages_of_one_kind_share_a_layout() -> None:
    layouts = Layouts()
    first, second = (message(BARE + attribute(2, info(bytes_sent=sent)) + CUBIC) for sent in (1, 2))
    assert read(layouts, first)[0] is read(layouts, first + second, len(first))[0]


def test_counters_that_lie_elsewhere_in_a_message_of_that_length_are_found_there() -> None:
    layouts = Layouts()
    for parts in ([attribute(9, bytes(8)), attribute(2, FULL)], [attribute(2, FULL), attribute(9, bytes(8))]) * 2:
        assert read(layouts, message(BARE + b"".join(parts)))[2] == FULL[COUNTED]


def test_without_tcp_info_there_are_no_counters_and_no_algorithm() -> None:
    for more in (b"", attribute(9, b"\0")):
        layout, head, counted = read(Layouts(), message(BARE + more))
        assert (head, counted, layout.rest(message(BARE + more), 0)[1]) == (BARE, b"", None)


@given(st.binary(max_size=200))
def test_attributes_that_make_no_sense_are_none(attributes: bytes) -> None:
    padded = attributes + bytes(-len(attributes) % 4)
    layout, head, _ = read(Layouts(), message(BARE + padded))
    layout.rest(message(BARE + padded), 0)
    assert head == BARE


def test_what_is_cut_off_or_no_socket_has_no_layout() -> None:
    whole = message(BARE)
    layouts = Layouts()
    assert all(layouts.of(whole[:end], 0) is None for end in range(len(whole)))
    assert layouts.of(message(BARE, kind=3), 0) is None
    assert layouts.of(message(BARE + b"odd"), 0) is None


def test_damaged_lengths_do_not_fill_the_memory() -> None:
    layouts = Layouts()
    for size in range(0, 8000, 4):
        assert layouts.of(message(BARE + bytes(size)), 0)
    assert len(layouts._known) <= 1000
