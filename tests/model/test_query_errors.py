"""What is no query is refused at its place, with what was expected."""

from __future__ import annotations

import pytest

from tcpview_tui.model.query import QueryError, parse


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
