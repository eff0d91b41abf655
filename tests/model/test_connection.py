from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tcpview_tui.model.connection import Connection, Namespace, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tests.fakes import CURL, connection
from tests.model.rows import make_row


@pytest.mark.parametrize(
    ("row", "ends"),
    [
        (make_row("10.0.0.5:50000", "192.0.2.7:443"), "TCP 10.0.0.5:50000 - 192.0.2.7:443"),
        (make_row("[::1]:53", None, transport="udp", state=State.NONE), "UDP6 [::1]:53"),
    ],
)
def test_both_ends_are_one_line(row: Row, ends: str) -> None:
    assert row.connection.ends == ends


BOXED = replace(CURL, container="docker:0123456789ab")


def within(namespace: Namespace | None, owners: Iterable[Process] = ()) -> Connection:
    return replace(connection(1, owners=owners), namespace=namespace)


@pytest.mark.parametrize(
    ("seen", "place"),
    [
        (within(None), ""),
        (within(None, [BOXED]), ""),
        (within(Namespace(4026532245)), " in netns 4026532245"),
        (within(Namespace(7, "web"), [CURL]), " in netns web"),
        (within(Namespace(7, "web"), [BOXED]), " in docker:0123456789ab"),
    ],
)
def test_the_ends_say_where_they_are_unless_here(seen: Connection, place: str) -> None:
    assert seen.ends == f"TCP 10.0.0.5:50000 - 93.184.216.34:443{place}"


def test_every_state_has_words_of_its_own_also_where_there_is_none() -> None:
    assert State.NONE.label == "no state"
    assert {state.label for state in State} == {"no state", *(state.value for state in State if state.value)}
    assert all(state.label for state in State)
