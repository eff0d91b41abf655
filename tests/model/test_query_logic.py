"""What holds for any query and any row."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.columns import COLUMNS, Context
from tcpview_tui.model.query import Query, QueryError, parse
from tcpview_tui.model.row import Row
from tests.model.rows import rows

TERMS = st.sampled_from([
    "ssh", "a", "10.0", "::1", '"a b"', "/s+h/", "port:22,80", "port<1024", "age<100", "is:new", "is:unknown", "pid>9",
    "state:established", "-user:root", "remote:10.0.0.0/8", "local:fe80::1", "host:a", "proto:tcp", "dir:in", ":443",
    "cmd:/./", "age:0-1d", "process:sshd,nginx", "127.0.0.1:22", "user!=root", "rport:0-99,443",
])  # fmt: skip


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, st.sampled_from([" and ", " or ", " "]), inner).map(lambda parts: f"({''.join(parts)})")
    return pair | inner.map("not {}".format)


EXPRESSIONS = st.recursive(TERMS, _joined, max_leaves=6)
NOISE = st.lists(
    TERMS | st.sampled_from([*'()-"/:,<>=!\\', "and", "or", "not", " ", "port:", "is:", "age<"]) | st.text(max_size=3)
).map("".join)
CONTEXTS = st.builds(Context, now=st.floats(0, 3e9), names=st.just({"127.0.0.1": "localhost", "10.0.0.1": "a.ssh"}))


def both(query: Query, other: Query, row: Row, context: Context) -> tuple[bool, bool]:
    return query.matches(row, context), other.matches(row, context)


@given(NOISE, rows(), CONTEXTS)
def test_any_text_is_a_query_or_an_error_within_it(text: str, row: Row, context: Context) -> None:
    try:
        query: Query | None = parse(text)
    except QueryError as error:
        query, refused = None, error
    if query is None:
        assert 0 <= refused.start <= refused.end <= len(text)
        assert str(refused).endswith(".")
        assert refused.expected
        return
    assert query.matches(row, context) in {True, False}
    again = parse(query.text)
    assert again == query
    assert again.matches(row, context) is query.matches(row, context)


@given(EXPRESSIONS, EXPRESSIONS, rows(), CONTEXTS)
def test_logic_holds(a: str, b: str, row: Row, context: Context) -> None:
    def says(text: str) -> bool:
        return parse(text).matches(row, context)

    assert says(f"({a}) or ({b})") is (says(a) or says(b))
    assert says(f"({a}) and ({b})") is says(f"({a}) ({b})") is (says(a) and says(b))
    assert says(f"not ({a})") is says(f"-({a})") is not says(a)
    assert says(f"not not ({a})") is says(a)
    assert says(f"not (({a}) or ({b}))") is says(f"-({a}) and -({b})")


@given(EXPRESSIONS, st.sampled_from([" ", "  ", "\t", " \n "]), rows(), CONTEXTS)
def test_white_space_does_not_matter(text: str, space: str, row: Row, context: Context) -> None:
    spread = text.replace('"a b"', "\0").replace(" ", space).replace("(", f"({space}").replace(")", f"{space})")
    other = parse(space + spread.replace("\0", '"a b"') + space)
    assert parse(text).matches(row, context) is other.matches(row, context)


@given(rows())
def test_a_row_is_found_by_each_thing_it_shows(row: Row) -> None:
    connection, context = row.connection, Context()
    local = connection.local
    sought = [f"local:{local.address}", f"lport:{local.port}", f":{local.port}", f"proto:{connection.protocol}"]
    sought += [f"state:{connection.state}"] if connection.state else []
    sought += [f"pid:{owner.pid}" for owner in row.owners] + [local.address, f"dir:{row.direction}"]
    quoted = ['"' + owner.name.replace("\\", "\\\\").replace('"', '\\"') + '"' for owner in row.owners if owner.name]
    sought += quoted + [f"process:{name}" for name in quoted]
    assert [text for text in sought if not parse(text).matches(row, context)] == []


@given(rows())
def test_a_word_finds_what_any_column_but_a_time_shows(row: Row) -> None:
    context = Context()
    for column in COLUMNS:
        shown = column.value(row, context)
        if column.id not in {"seen", "closed", "age"} and shown not in {None, ""}:
            escaped = str(shown).replace("\\", "\\\\").replace('"', '\\"')
            assert parse(f'"{escaped}"').matches(row, context)
