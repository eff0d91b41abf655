from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.columns import BY_ID, COLUMNS, Context
from tcpview_tui.model.connection import State
from tcpview_tui.model.query import Query, QueryError, parse
from tcpview_tui.model.row import Mark, Row
from tests.model.rows import make_process, make_row, rows

SSHD = make_process(
    "sshd", 812, user="root", executable="/usr/sbin/sshd", command_line='sshd: -p 22 "a, b"', service="ssh.service"
)
WORKER = make_process("nginx", 4242, user="www-data", executable="/usr/bin/x", command_line="nginx: worker process")
NGINX = make_process("nginx", 4241, user="root", command_line="nginx: master process")
TABLE = {
    "ssh": make_row("10.0.0.5:22", "192.0.2.7:50000", SSHD, mark=Mark.NEW, first_seen=990.0),
    "web": make_row("10.0.0.5:443", "10.0.0.10:40001", NGINX, WORKER, first_seen=400.0),
    "six": make_row("[2001:db8::1]:50001", "[2001:db8::2]:443", WORKER, direction="out", first_seen=100.0),
    "link": make_row("[fe80::1%eth0]:22", "[fe80::2%eth0]:50002", SSHD, first_seen=100.0, preexisting=True),
    "wait": make_row("127.0.0.1:80", "127.0.0.1:50003", state=State.TIME_WAIT, first_seen=995.0),
    "dns": make_row("0.0.0.0:53", None, state=State.NONE, transport="udp", direction="listening", first_seen=0.0),
    "gone": make_row("10.0.0.5:50004", "10.0.1.1:80", WORKER, direction="out", first_seen=900.0, closed_at=905.0),
}
CONTEXT = Context(now=1000.0, names={"192.0.2.7": "Gate.Example.org", "10.0.1.1": "docker-proxy.lan"})
ALL = " ".join(TABLE)


def found(text: str) -> str:
    query = parse(text)
    return " ".join(name for name, row in TABLE.items() if query.matches(row, CONTEXT))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ALL),
        ("   ", ALL),
        # words
        ("sshd", "ssh link"),
        ("SSHD 2001", ""),
        ("nginx master", "web"),
        ("nginx and worker", "web six gone"),
        ("docker-proxy", "gone"),
        ("gate.EXAMPLE", "ssh"),
        ("TIME_WAIT", "wait"),
        ('"worker process"', "web six gone"),
        ('"and"', ""),
        ('", b"', "ssh link"),
        ("10.0.0.1", "web"),
        ("2001:DB8:0::1", "six"),
        ("fe80::1%eth0", "link"),
        ("::2", "six link"),
        ("/usr/bin/x", "web six gone"),
        ("-nginx", "ssh link wait dns"),
        # regular expressions
        ("/ngi.x|sshd/", "ssh web six link gone"),
        ("/^ngi.x$/", "web six gone"),
        ("/^x/", ""),
        ("/^GATE\\./", "ssh"),
        ("/usr\\/s?bin/", "ssh web six link gone"),
        ("cmd:/master|-p \\d+/", "ssh web link"),
        ("remote:/^10\\.0\\.[01]\\./", "web gone"),
        ("state:/wait$/", "wait"),
        ("user:/./", "ssh web six link gone"),
        # endpoints and networks as words
        ("10.0.0.5:443", "web"),
        ("10.0.0.5:44", ""),
        ("[2001:db8::2]:443", "six"),
        (":443", "web six"),
        ("*:22", "ssh link"),
        ("10.0.0.0/24", "ssh web gone"),
        ("2001:db8::/32", "six"),
        # owners: any of them
        ("process:SSH", "ssh link"),
        ("user:root", "ssh web link"),
        ("-user:root", "six wait dns gone"),
        ("user:www-data", "web six gone"),
        ("pid:4241", "web"),
        ("pid:4000-5000", "web six gone"),
        ("pid>812", "web six gone"),
        ("service:ssh", "ssh link"),
        ("path:/usr/bin/x", "web six gone"),
        ('cmd:"a, b"', "ssh link"),
        ("process:sshd,nginx", "ssh web six link gone"),
        # addresses
        ("remote:10.0.0.0/8", "web gone"),
        ("remote:10.1.2.3/8", "web gone"),
        ("remote:10.0.0.1", ""),
        ("remote:10.0.0.10", "web"),
        ("remote:10.0.0.", "web"),
        ("remote:10.0.", "web gone"),
        ("remote:0.0", ""),
        ("remote:.0.1", "web wait gone"),
        ("remote:2001:db8::/32", "six"),
        ("remote:[2001:db8::2]", "six"),
        ("remote:2001:DB8:0::2", "six"),
        ("local:::ffff:10.0.0.5", "ssh web gone"),
        ("local:fe80::1", "link"),
        ("local:fe80::1%eth0", "link"),
        ("local:fe80::1%eth1", ""),
        ("local:%eth", "link"),
        ("remote:0.0.0.0/0", "ssh web wait gone"),
        ("remote:::/0", "six link"),
        ("local:127.0.0.1,0.0.0.0", "wait dns"),
        ("host:example", "ssh"),
        # numbers
        ("port:443", "web six"),
        ("lport:443", "web"),
        ("rport=443", "six"),
        ("port:22,53", "ssh link dns"),
        ("port:22-80", "ssh link wait dns gone"),
        ("port:53, 440-450", "web six dns"),
        ("lport<80", "ssh link dns"),
        ("lport<=80", "ssh link wait dns"),
        ("rport >= 50000", "ssh link wait"),
        ("rport:>50000", "link wait"),
        ("rport!=443", "ssh web link wait dns gone"),
        # choices
        ("proto:tcp", "ssh web six link wait gone"),
        ("proto:tcp6", "six link"),
        ("proto:UDP", "dns"),
        ("state:established", "ssh web six link gone"),
        ("state:time-wait", "wait"),
        ("state:TIMEWAIT", "wait"),
        ("state:time_wait,listen", "wait"),
        ("dir:out", "six gone"),
        ("dir:listening", "dns"),
        # age, of which only the least is known for what was there before
        ("age<60", "ssh wait gone"),
        ("age<=10s", "ssh wait gone"),
        ("age>=10m", "web six link dns"),
        ("age:1m-1h", "web six dns"),
        ("age<1h", "ssh web six wait dns gone"),
        ("age>0.2h", "six link dns"),
        # flags
        ("is:new", "ssh"),
        ("is:closed,new", "ssh gone"),
        ("is:listening", "dns"),
        ("is:loopback", "wait"),
        ("is:ipv6", "six link"),
        ("is:unknown", "dns"),
        # logic
        ("sshd or port:443", "ssh web six link"),
        ("port:443 or sshd is:new", "ssh web six"),
        ("(port:443 or sshd) is:new", "ssh"),
        ("not sshd or is:new", "ssh web six wait dns gone"),
        ("not (sshd or nginx)", "wait dns"),
        ("-(sshd or nginx)", "wait dns"),
        ("NOT not sshd", "ssh link"),
        ("--sshd", "ssh link"),
        ("-port:443 nginx", "gone"),
        ('-"worker process" AND user:root', "ssh link"),
        ("user:root -is:new", "web link"),
    ],
)
def test_matches(text: str, names: str) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "start", "end", "said"),
    [
        ("prot:tcp", 0, 4, "no field is called 'prot'; expected proto"),
        ("ssh http://x", 4, 8, 'quote it: "http:'),
        ("foo < 5", 0, 3, "no field is called 'foo'"),
        ("port:", 0, 5, "no value follows port:; expected a number from 0 to 65535"),
        ("a port: 80", 2, 7, "no value follows port:"),
        ("port:80,", 7, 8, "no value follows"),
        ("port:80,,90", 7, 8, "no value follows"),
        ("port:,80", 0, 5, "no value follows"),
        ("process:(a or b)", 0, 8, "no value follows"),
        ('user:""', 0, 5, "no value follows"),
        ("port:http", 5, 9, "'http' is no value for port"),
        ("port:65536", 5, 10, "expected a number from 0 to 65535"),
        ("port:80,99999", 8, 13, "'99999'"),
        ("port:2048-1024", 5, 14, "runs backwards; expected 1024-2048"),
        ("port:1024-", 5, 10, "range like 1024-2048"),
        ("port:" + "9" * 4000, 5, 4005, "…"),
        ("pid:-5", 4, 6, "'-5' is no value for pid"),
        ("pid:/5/", 4, 7, "no value for pid"),
        ("age:5", 4, 5, "expected a comparison like <60"),
        ("age<soon", 4, 8, "units s, m, h, d"),
        ("age<5,6", 6, 7, "expected one value after <"),
        ("user<root", 4, 5, "user has no order"),
        ("remote:google", 7, 13, "names: host"),
        ("remote:10.0.0.0/33", 7, 18, "a network like 10.0.0.0/8"),
        ("remote:10.0.0.1:443", 7, 19, "ports: lport and rport"),
        ("10.0.0.1:70000", 0, 14, "has no such port"),
        ("state:estab", 6, 11, "expected established"),
        ("state:lisen", 6, 11, "expected listen "),
        ("is:nwe", 3, 6, "expected new "),
        ("is:/new/", 3, 8, "no value for is"),
        ("proto:6", 6, 7, "expected one of tcp, tcp6, udp, udp6"),
        ('""', 0, 2, "no text between the quotation marks"),
        ('ssh "x', 4, 6, 'expected a second "'),
        ("//", 0, 2, "the regular expression is empty"),
        ("ssh /a[b/", 6, 7, "unterminated character set"),
        ("cmd:/a(?=b)/", 6, 7, "look-around"),
        ("(a or b", 0, 1, "'(' is never closed"),
        ("a (b (c)", 2, 3, "'(' is never closed"),
        ("a)", 1, 2, "')' closes nothing"),
        ("()", 1, 2, "')' stands alone"),
        ("a and", 5, 5, "the filter ends here; expected a word"),
        ("a not", 5, 5, "the filter ends here"),
        ("or a", 0, 2, "'or' stands alone"),
        ("a or or b", 5, 7, "'or' stands alone"),
        ("a and or b", 6, 8, "'or' stands alone"),
        ("(" * 4000, 50, 51, "at most 50"),
        ("(" * 10_000, 4096, 10_000, "10000 characters"),
        ("x " * 5_000, 4096, 10_000, "at most 4096"),
    ],
)
def test_errors_point_at_the_place_and_say_what_was_expected(text: str, start: int, end: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert (error.start, error.end) == (start, end)
    assert said in str(error)
    assert str(error).startswith(f"At character {start + 1}: ")
    assert str(error).endswith(".")
    assert error.start == start


def test_what_was_typed_is_shown_harmlessly_in_an_error() -> None:
    with pytest.raises(QueryError) as caught:
        parse("port:\x1b]52;c;x\x07")
    assert "\x1b" not in str(caught.value)


def test_a_long_chain_needs_no_depth() -> None:
    assert parse("-" * 4000 + "nginx").matches(TABLE["web"], CONTEXT)
    assert parse("not " * 1000 + "nginx").matches(TABLE["web"], CONTEXT)
    assert parse("x or " * 800 + "nginx").matches(TABLE["web"], CONTEXT)
    assert parse("(" * 50 + "nginx" + ")" * 50).matches(TABLE["web"], CONTEXT)


@pytest.mark.parametrize(
    ("text", "volatile", "needs_names"),
    [("", False, False), ("age<5", True, False), ("-(a or age<5)", True, True), ("host:x", False, True),
     ("/x/", False, True), ("port:80 is:new", True, False)],
)  # fmt: skip
def test_what_an_answer_depends_on(text: str, volatile: bool, needs_names: bool) -> None:
    query = parse(text)
    assert (query.volatile, query.needs_names) == (volatile, needs_names)


def test_a_volatile_answer_follows_the_time() -> None:
    query, row = parse("age<60"), make_row(first_seen=1000.0)
    assert query.matches(row, Context(now=1059.0))
    assert not query.matches(row, Context(now=1061.0))


def test_a_name_that_joins_later_is_found() -> None:
    query, row = parse("gate"), make_row("10.0.0.5:1", "192.0.2.7:1")
    assert not query.matches(row, Context())
    assert query.matches(row, CONTEXT)


def test_queries_are_equal_by_their_text() -> None:
    assert parse(" port:80 ") == parse("port:80")
    assert parse("port:80").text == "port:80"


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


def test_a_time_is_found_by_its_colon_and_a_bare_number_is_not_a_time() -> None:
    row = make_row("10.0.0.5:1", "10.0.0.6:2", first_seen=1_700_000_000.0, closed_at=1_700_010_000.0)
    for column in ("seen", "closed"):
        clock = BY_ID[column].text(row, Context())
        assert parse(clock[-8:-3]).matches(row, Context())
    assert not parse("23:59:61").matches(row, Context())
    assert not parse(clock[-8:-6] + " process:none").matches(row, Context())


@pytest.mark.parametrize(
    ("text", "compares"),
    [
        ("not rate>1k", ("rate",)),
        ("sent>0 is:listening", ()),
        ("-is:busy or is:NEW,loopback", ("is:busy", "is:NEW")),
        ("age<60", ("age",)),
    ],
)
def test_a_query_names_what_a_single_look_cannot_answer(text: str, compares: tuple[str, ...]) -> None:
    assert parse(text).compares == compares


@pytest.mark.parametrize(("text", "named"), [("-host:foo or host:bar", ("host", "host")), ("foo remote:10.1.2.3", ())])
def test_a_query_names_the_fields_that_only_names_can_answer(text: str, named: tuple[str, ...]) -> None:
    assert parse(text).named == named


@pytest.mark.parametrize(
    ("text", "judged"),
    [
        ("severity>=high -finding:beacon", ("severity", "finding")),
        ("is:Suspicious,new_to_baseline,new rate>1k", ("is:Suspicious", "is:new_to_baseline")),
        ("process:finding is:listening", ()),
    ],
)
def test_a_query_names_what_only_rules_can_answer(text: str, judged: tuple[str, ...]) -> None:
    query = parse(text)
    assert query.judged == judged
    assert set(judged) <= set(query.compares)
