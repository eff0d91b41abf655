from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.complete import GRAMMAR, Form, complete
from tcpview_tui.model.fields import FIELDS
from tcpview_tui.model.query import parse


def completed(text: str) -> list[str]:
    """Return what the text (`|` is the cursor) becomes, by candidate."""
    before, _, after = text.partition("|")
    completion = complete(before + after, len(before))
    whole = before + after
    return [whole[: completion.start] + candidate.text + whole[completion.end :] for candidate in completion.candidates]


@pytest.mark.parametrize(
    ("text", "results"),
    [
        ("pro|", ["process:", "proto:"]),
        ("ssh and us|", ["ssh and user:"]),
        ("(-us|", ["(-user:"]),
        ("a|", ["asn:", "age<"]),
        ("us|er:root", ["user:root"]),
        ("A|ge<60", ["asn:60", "age<60"]),
        ("Ag|e<60", ["age<60"]),
        ("is:l|", ["is:listening", "is:loopback"]),
        ("is:new,c|", ["is:new,changed", "is:new,closed"]),
        ("state:TIME-|", ["state:time_wait"]),
        ("state:synr|", ["state:syn_received"]),
        ("STATE=es|tab", ["STATE=established"]),
        ("proto:t|", ["proto:tcp", "proto:tcp6"]),
        ("dir:|", ["dir:in", "dir:out", "dir:listening"]),
        ("user:r|", []),
        ("foo:|", []),
        ('"pro|', []),
        ("docker-pro|", []),
        ("10|", []),
    ],
)
def test_completion(text: str, results: list[str]) -> None:
    assert completed(text) == results


def test_everything_is_offered_where_nothing_is_typed() -> None:
    completion = complete("ssh ", 4)
    assert [candidate.help for candidate in completion.candidates] == [field.help for field in FIELDS]


@given(st.text(alphabet="is:newport,-( \"'=\\", max_size=30), st.integers(-5, 40))
def test_completion_never_fails_and_stays_in_the_text(text: str, cursor: int) -> None:
    completion = complete(text, cursor)
    assert 0 <= completion.start <= completion.end <= len(text)


@pytest.mark.parametrize("form", GRAMMAR, ids=lambda form: form.example)
def test_every_example_of_the_grammar_is_understood(form: Form) -> None:
    assert parse(form.example).text == form.example
