"""The text of a trace pipe: hostile names, kernels old and new, whatever bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.connection import Endpoint, State
from tcpview_tui.sources.trace_line import Transition, parse
from tcpview_tui.text import safe_bytes

TAIL = (
    b": inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=0 dport=443 saddr=10.0.0.5 daddr=192.0.2.7"
    b" saddrv6=::ffff:10.0.0.5 daddrv6=::ffff:192.0.2.7 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT\n"
)
SIX = (
    b": inet_sock_set_state: family=AF_INET6 protocol=IPPROTO_TCP sport=80 dport=5000 saddr=127.0.0.6 daddr=127.0.0.6"
    b" saddrv6=%s daddrv6=%s oldstate=TCP_LISTEN newstate=TCP_SYN_RECV\n"
)
names = st.binary(min_size=1, max_size=15).filter(lambda name: name[:1] != b" " and name != b"<...>")


def line(name: bytes = b"curl", middle: bytes = b"-%-7d [002] ..... 12.500000", pid: int = 42) -> bytes:
    return name.rjust(16) + middle % pid + TAIL


def only(text: bytes) -> Transition:
    (found,) = parse(text).transitions
    return found


def test_a_line_tells_who_did_what_when_and_between_which_ends() -> None:
    ends = Endpoint("10.0.0.5", 0), Endpoint("192.0.2.7", 443)
    assert only(line()) == Transition(12.5, 42, "curl", True, 4, *ends, State.CLOSED, State.SYN_SENT, True, 42)


def test_the_process_of_a_thread_is_told_where_the_kernel_knows_it() -> None:
    step = only(line(middle=b"-%-7d (     40) [002] ..... 12.500000"))
    assert (step.pid, step.thread, step.is_thread) == (40, 42, False)
    assert only(line(middle=b"-%-7d (-------) [002] ..... 12.500000")).pid == 42


def test_older_kernels_tell_four_signs_of_context() -> None:
    assert only(line(middle=b"-%-7d [002] .... 12.500000")).is_call


def test_in_an_interrupt_the_process_has_not_asked_for_the_change() -> None:
    for context in (b"..s2.", b"d.h1.", b"b...1", b"..s.", b"D.H.."):
        assert not only(line(middle=b"-%-7d [002] " + context + b" 12.500000")).is_call


def test_ipv4_on_a_socket_for_both_families_counts_as_ipv4() -> None:
    head = b"nginx".rjust(16) + b"-7       [000] ..s2. 1.000000"
    mapped = only(head + SIX % (b"::ffff:10.0.0.1", b"::ffff:10.0.0.2"))
    plain = only(head + SIX % (b"::1", b"2001:db8::7"))
    assert (mapped.family, mapped.local, mapped.remote) == (4, ("10.0.0.1", 80), ("10.0.0.2", 5000))
    assert (plain.family, plain.local, plain.remote) == (6, ("::1", 80), ("2001:db8::7", 5000))


def test_what_the_kernel_lost_is_counted_and_no_name() -> None:
    batch = parse(line() + b"CPU:2 [LOST 123 EVENTS]\n" + line() + b"CPU:0 [LOST EVENTS]\n" + line())
    assert [step.name for step in batch.transitions] == ["curl"] * 3
    assert batch.lost == 124


def test_a_name_that_the_kernel_forgot_is_unknown() -> None:
    assert only(line(b"<...>")).name == ""


def test_a_begun_record_is_kept_for_the_next_read() -> None:
    text = line() + line(b"wget")
    for cut in range(len(text)):
        first = parse(text[:cut])
        second = parse(first.rest + text[cut:])
        assert [step.name for step in first.transitions + second.transitions] == ["curl", "wget"]


@given(st.lists(names, max_size=5))
def test_whatever_a_process_calls_itself_it_is_read_and_shown_as_visible_text(called: list[bytes]) -> None:
    batch = parse(b"".join(line(name, pid=pid) for pid, name in enumerate(called)))
    assert [(step.pid, step.name) for step in batch.transitions] == [(i, safe_bytes(n)) for i, n in enumerate(called)]
    assert (batch.lost, batch.rest) == (0, b"")


@given(st.sampled_from([b"a]b-12 [000]\nx", b"-1 [0] ..... 1.", b"x-9 (1) [000] ", b"CPU:1 [LOST 9 E", b"\n\n-\n"]))
def test_names_made_to_mislead_do_not(name: bytes) -> None:
    batch = parse(line(name) + line())
    assert [(step.pid, step.name) for step in batch.transitions] == [(42, safe_bytes(name)), (42, "curl")]
    assert batch.lost == 0


@given(st.lists(st.one_of(st.binary(), st.sampled_from([line(), TAIL, TAIL[:50], b"CPU:1 [LOST " + b"9" * 5000]))))
def test_no_bytes_make_it_fail(pieces: list[bytes]) -> None:
    parse(b"".join(pieces))


def test_states_and_numbers_that_no_kernel_writes_are_passed_over() -> None:
    strange = line().replace(b"SYN_SENT", b"DREAMING") + line().replace(b"10.0.0.5", b"999.1.1.1.1")
    strange += line().replace(b"sport=0", b"sport=" + b"9" * 5000)
    assert all(step.new is State.SYN_SENT for step in parse(strange + line()).transitions)
