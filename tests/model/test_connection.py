from __future__ import annotations

import pytest

from tcpview_tui.model.connection import State
from tcpview_tui.model.row import Row
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


def test_every_state_has_words_of_its_own_also_where_there_is_none() -> None:
    assert State.NONE.label == "no state"
    assert {state.label for state in State} == {"no state", *(state.value for state in State if state.value)}
    assert all(state.label for state in State)
