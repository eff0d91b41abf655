from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tcpview_tui.model.lexer import MAX_LENGTH, QueryError, Token, tokenize
from tcpview_tui.model.pattern import Pattern


def spelled(text: str) -> list[str]:
    return [f"{token.kind}:{token.text}" for token in tokenize(text)[:-1]]


def pattern(source: str) -> Pattern:
    return Pattern(Token("regex", source, 0, len(source) + 2))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("  \t ", []),
        ("ssh", ["word:ssh"]),
        ("docker-proxy", ["word:docker-proxy"]),
        ("-ssh", ["-:-", "word:ssh"]),
        ("- ssh", ["word:-", "word:ssh"]),
        ("--a", ["-:-", "-:-", "word:a"]),
        ("-(a or B)", ["-:-", "(:(", "word:a", "or:or", "word:B", "):)"]),
        ("a AND Not b", ["word:a", "and:AND", "not:Not", "word:b"]),
        ("android nothing", ["word:android", "word:nothing"]),
        ('"x \\"y\\" \\\\ \\n"', ['quoted:x "y" \\ \\n']),
        ('"and"', ["quoted:and"]),
        ("port:80,443", ["field:port", "operator::", "word:80", ",:,", "word:443"]),
        ("port:80, 443 x", ["field:port", "operator::", "word:80", ",:,", "word:443", "word:x"]),
        ("age < 60", ["field:age", "operator:<", "word:60"]),
        ("age:>=5m", ["field:age", "operator:>=", "word:5m"]),
        ("port!=80", ["field:port", "operator:!=", "word:80"]),
        ("user:and", ["field:user", "operator::", "word:and"]),
        ('cmd:"a, b",/x,\\/y/', ["field:cmd", "operator::", "quoted:a, b", ",:,", "regex:x,\\/y"]),
        ("(port:80)", ["(:(", "field:port", "operator::", "word:80", "):)"]),
        ("/usr/bin/x", ["word:/usr/bin/x"]),
        ("/usr/", ["regex:usr"]),
        ("/usr", ["word:/usr"]),
        ("/a b(c)/ d", ["regex:a b(c)", "word:d"]),
        ("/tmp and /var/log", ["word:/tmp", "and:and", "word:/var/log"]),
        ("path:/usr/bin/", ["field:path", "operator::", "word:/usr/bin/"]),
        ("2001:db8::1", ["word:2001:db8::1"]),
        ("face:b00c::/32", ["word:face:b00c::/32"]),
        ("fe80::1%eth0", ["word:fe80::1%eth0"]),
        ("::1", ["word:::1"]),
        ("10.0.0.1:443", ["word:10.0.0.1:443"]),
        ("[::1]:443", ["word:[::1]:443"]),
        ("remote:::1", ["field:remote", "operator::", "word:::1"]),
        ("remote:2001:db8::/32", ["field:remote", "operator::", "word:2001:db8::/32"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert spelled(text) == tokens


@given(st.text(alphabet='ab/\\"-:<>=!,() \t0.1é', max_size=40))
def test_tokens_cover_the_text_in_order(text: str) -> None:
    try:
        tokens = tokenize(text)
    except QueryError as error:
        start, end = error.start, error.end
        tokens = []
    if not tokens:
        assert 0 <= start < end <= len(text)
        return
    assert tokens[-1].kind == "end"
    assert all(token.start < token.end for token in tokens[:-1])
    for before, after in pairwise(tokens):
        assert before.end <= after.start
        assert not text[before.end : after.start].strip()


def test_an_open_quote_points_at_its_start() -> None:
    with pytest.raises(QueryError) as caught:
        tokenize('ssh "a b')
    assert (caught.value.start, caught.value.end) == (4, 8)
    assert str(caught.value) == 'At character 5: the quotation mark is never closed; expected a second ".'
    assert (caught.value.start, caught.value.end) == (4, 8)


def test_a_long_text_is_refused_at_the_limit() -> None:
    assert tokenize("x" * MAX_LENGTH)
    with pytest.raises(QueryError, match="5000 characters"):
        tokenize("x" * 5000)


PIECES = [*"abc.^$|()*+?éßK", "[ab]", "[^a]", *(f"\\{c}" for c in "wdbBsAZ."), "(?:", "{2}", "{1,3}", "{,2}", "*?"]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.text("abcAB é\nßkK1_.", max_size=10))
def test_a_pattern_agrees_with_re_on_each_line(source: str, text: str) -> None:
    lines = text.split("\n")
    assume("\\B" not in source or "" not in lines)  # re finds no \B in an empty text before Python 3.14
    try:
        found = pattern(source).search(text)
    except QueryError:
        return
    assert found == any(re.search(source, line, re.IGNORECASE) for line in lines)


@pytest.mark.parametrize("source", ["(a+)+$", "^(a|a)*$", "(a|aa)+$", "(.*a){25}$", ".*.*.*.*.*b", "^([a-z]+)*$"])
def test_a_hostile_command_line_costs_one_pass(source: str) -> None:
    # `re` needs minutes for the best of these and years for most; no time is asserted, the test would not end.
    assert not pattern(source).search("a" * 4095 + "!")


def test_a_pattern_forgets_rather_than_fills_the_memory() -> None:
    searched = pattern("x.*y$")
    assert not searched.search("x" + "".join(map(chr, range(0x4E00, 0x4E00 + 20_900))) * 2)
    assert searched.search("axby")


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("", 0),
        ("a(b", 1),
        ("a[b", 1),
        ("*a", 0),
        ("ab(?=c)", 2),
        ("(?i)a", 0),
        ("(a)\\1", 3),
        ("a*+", 1),
        ("(a{99}){99}", 0),
        ("a{99999999999}", 0),
        ("(" * 200 + ")" * 200, 25),
    ],
)
def test_a_refused_pattern_is_pointed_at(source: str, at: int) -> None:
    with pytest.raises(QueryError) as caught:
        pattern(source)
    assert caught.value.start == (at + 1 if source else 0)
