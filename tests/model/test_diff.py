from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Connection, Key, State
from tcpview_tui.model.diff import Change, diff
from tests.fakes import CURL, NGINX, connection

LOOKS: st.SearchStrategy[dict[Key, Connection]] = st.dictionaries(
    st.integers(0, 6), st.sampled_from(State), max_size=6
).map(lambda look: {key: connection(key, state) for key, state in look.items()})


@given(LOOKS, LOOKS)
def test_diff_turns_one_look_into_the_other(before: dict[Key, Connection], after: dict[Key, Connection]) -> None:
    difference = diff(before, after)
    rebuilt = dict(before)
    for gone in difference.closed:
        del rebuilt[gone.key]
    for change in difference.changed:
        assert rebuilt[change.after.key] is change.before
        assert change.before != change.after
        rebuilt[change.after.key] = change.after
    for new in difference.opened:
        assert new.key not in rebuilt
        rebuilt[new.key] = new
    assert rebuilt == dict(after)


def test_learning_or_losing_an_owner_is_no_event() -> None:
    owned, unowned = connection(1), connection(1, owners=())
    assert not Change(unowned, owned).is_event
    assert not Change(owned, unowned).is_event


def test_an_exec_under_the_same_pid_is_no_event_but_another_process_is() -> None:
    owned = connection(1)
    assert not Change(owned, connection(1, owners=(replace(CURL, name="sh"),))).is_event
    assert Change(owned, connection(1, owners=(NGINX,))).is_event


def test_another_state_is_an_event() -> None:
    assert Change(connection(1), connection(1, State.CLOSE_WAIT)).is_event
