from __future__ import annotations

import re

import pytest

from tcpview_tui.model import columns, fields
from tcpview_tui.model.connection import State
from tcpview_tui.model.lexer import tokenize
from tcpview_tui.model.query import parse
from tcpview_tui.model.row import Mark
from tests.model.rows import make_process, make_row


@pytest.mark.parametrize("field", fields.FIELDS, ids=lambda field: field.name)
def test_a_field_explains_itself_with_an_example_that_works(field: fields.Field) -> None:
    query = parse(field.example)
    assert field.name in field.example
    assert query.volatile == field.volatile
    assert query.needs_names == field.needs_names
    assert field.help.endswith(".")


def test_the_names_are_the_agreed_ones() -> None:
    agreed = "process pid user service proto state local remote host port lport rport dir path cmd age is"
    assert set(fields.BY_NAME) == set(agreed.split())


def test_every_field_but_two_is_a_column() -> None:
    assert set(fields.BY_NAME) - set(columns.BY_ID) == {"port", "is"}


def test_no_name_looks_like_the_beginning_of_an_ipv6_address() -> None:
    assert not [name for name in fields.BY_NAME if re.fullmatch("[0-9a-f]{1,4}", name)]


def test_every_name_is_read_as_a_field() -> None:
    assert all(tokenize(f"{name}:x")[0].kind == "field" for name in fields.BY_NAME)


def test_every_state_and_choice_can_be_asked_for() -> None:
    for state in set(State) - {State.NONE}:
        row = make_row(state=state)
        for spelling in (state.value, state.lower(), state.replace("_", "-"), state.replace("_", "")):
            assert parse(f"state:{spelling}").matches(row, columns.Context())
    for field in fields.FIELDS:
        spellings = [name for choice in field.choices for name in (choice.name, *choice.aliases)]
        assert len({fields.plain(name) for name in spellings}) == len(spellings)
        for name in spellings:
            parse(f"{field.name}:{name}")


SSHD = make_process()
FLAGS = {
    "new": make_row(mark=Mark.NEW),
    "changed": make_row(mark=Mark.CHANGED),
    "closed": make_row(closed_at=2000.0),
    "listening": make_row("0.0.0.0:22", None, SSHD, state=State.LISTEN),
    "loopback": make_row("127.0.0.1:22", "127.0.0.1:50000", SSHD),
    "ipv4": make_row(),
    "ipv6": make_row("[::]:22", "[2001:db8::1]:5"),
    "past": make_row("10.0.0.5:22", "192.0.2.7:1", SSHD, state=State.TIME_WAIT, owners_past=True),
    "unknown": make_row(),
}


@pytest.mark.parametrize("flag", fields.FLAGS, ids=lambda flag: flag.name)
def test_a_flag_holds_for_its_row_and_not_for_another(flag: fields.Choice) -> None:
    assert flag.covers(FLAGS[flag.name])
    other = FLAGS["ipv6"] if flag.name == "ipv4" else make_row("10.0.0.5:22", "192.0.2.7:50000", SSHD)
    assert not flag.covers(other)


def test_a_row_that_nobody_owns_by_design_is_not_unknown() -> None:
    assert not parse("is:unknown").matches(make_row(state=State.TIME_WAIT), columns.Context())
