"""The netlink socket: scripted kernels for what goes wrong, and the kernel itself."""

from __future__ import annotations

import errno
import gc
import socket
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.sources.inet_diag import NOTHING, TABLES
from tcpview_tui.sources.netlink import HEAD, DiagSocket, InterruptedDumpError, NetlinkError
from tests.sources.net import linux
from tests.sources.wire import DONE, ERROR, INTERRUPTED, TCP4, Line, Script, body, done, error, info, message, names

pytestmark = linux
ONE = body(names(1), info=info(bytes_sent=5))


@contextmanager
def scripted(*lines: Line) -> Iterator[tuple[DiagSocket, Script]]:
    diag, script = DiagSocket(), Script(lines)
    real, diag._socket = diag._socket, cast("socket.socket", script)
    with real:
        yield diag, script


def whole(sequence: int) -> bytes:
    return message(ONE, sequence=sequence) + done(sequence=sequence)


def interrupted_at_its_end(sequence: int) -> bytes:
    return message(ONE, sequence=sequence) + done(0, INTERRUPTED, sequence)


def interrupted_at_its_start(sequence: int) -> bytes:
    return message(ONE, flags=INTERRUPTED, sequence=sequence) + done(sequence=sequence)


def test_a_dump_goes_on_until_its_end_which_may_come_alone() -> None:
    with scripted(message(ONE), message(ONE), done()) as (diag, _):
        assert diag.dump(NOTHING) == [message(ONE), message(ONE), done()]


@pytest.mark.parametrize("interrupted", [interrupted_at_its_end, interrupted_at_its_start])
def test_an_interrupted_dump_is_repeated(interrupted: Line) -> None:
    with scripted(interrupted, interrupted, whole) as (diag, script):
        assert diag.dump(NOTHING) == [whole(3)]
        assert len(script.sent) == 3


def test_a_dump_interrupted_every_time_is_given_up() -> None:
    with scripted(*[interrupted_at_its_end] * 4) as (diag, script):
        with pytest.raises(InterruptedDumpError):
            diag.dump(NOTHING)
        assert len(script.sent) == 3


@pytest.mark.parametrize("end", [done(errno.ENOENT), message(ONE) + done(errno.ENOENT), error(errno.ENOENT)])
def test_a_dump_that_ends_in_an_error_is_no_dump(end: bytes) -> None:
    with scripted(end) as (diag, _), pytest.raises(NetlinkError) as told:
        diag.dump(NOTHING)
    assert told.value.errno == errno.ENOENT


def test_what_answers_an_earlier_question_is_skipped() -> None:
    stale = message(b"old", sequence=77)
    with scripted(stale, error(errno.EPERM, 77), done(errno.EPERM, 0, 77), whole) as (diag, _):
        assert diag.dump(NOTHING) == [whole(1)]
    with scripted(stale, error(errno.EPERM, 77), message(b"new")) as (diag, _):
        assert diag.ask(NOTHING) == b"new"


def test_no_answer_is_an_error_and_the_next_question_is_answered() -> None:
    with scripted(message(ONE), TimeoutError("timed out"), message(ONE), whole) as (diag, _):
        with pytest.raises(NetlinkError) as told:
            diag.dump(NOTHING)
        assert told.value.errno == errno.ETIMEDOUT
        assert diag.dump(NOTHING) == [whole(2)]


@pytest.mark.parametrize("fault", [OSError(errno.ENOBUFS, "No buffer space available"), OSError("odd")])
def test_an_overrun_is_an_error_with_its_number(fault: OSError) -> None:
    with scripted(fault) as (diag, _), pytest.raises(NetlinkError) as told:
        diag.dump(NOTHING)
    assert told.value.errno == (fault.errno or errno.EIO)


def test_what_looks_like_an_end_inside_a_message_ends_nothing() -> None:
    """The tail of `tcp_info` is what the other side can choose: its window, its losses."""
    looks = message(ONE + HEAD.pack(HEAD.size + 4, DONE, 0, 9, 9) + bytes(4))
    with scripted(looks, done()) as (diag, _):
        assert diag.dump(NOTHING) == [looks, done()]


def test_closing_a_socket_takes_its_id_and_waits_for_the_answer() -> None:
    with scripted(error(0), error(errno.EPERM, 2)) as (diag, script):
        diag.destroy(b"request")
        length, kind, flags, _, _ = HEAD.unpack_from(script.sent[0])
        assert (length, kind, flags & 0x5, script.sent[0][16:]) == (23, 21, 0x5, b"request")
        with pytest.raises(NetlinkError) as told:
            diag.destroy(b"request")
    assert told.value.errno == errno.EPERM


def test_a_closed_socket_says_so() -> None:
    diag = DiagSocket()
    diag.close()
    with pytest.raises(NetlinkError) as told:
        diag.dump(NOTHING)
    assert told.value.errno == errno.EBADF


@given(st.lists(st.binary(max_size=120) | st.binary(min_size=4, max_size=90).map(message), max_size=6))
def test_no_answer_whatever_it_is_breaks_or_holds_the_program(parts: list[bytes]) -> None:
    for question in (DiagSocket.dump, DiagSocket.ask, DiagSocket.destroy):
        with scripted(*parts) as (diag, _):
            try:
                question(diag, NOTHING)
            except NetlinkError as told:
                assert told.strerror


@pytest.mark.parametrize("cut", range(24))
@pytest.mark.parametrize("whole_part", [done(), error(errno.EPERM), message(b"", ERROR), message(b"", DONE)])
def test_an_end_or_error_that_is_cut_off_is_an_end_or_error(whole_part: bytes, cut: int) -> None:
    with scripted(whole_part[:cut]) as (diag, _):
        try:
            assert diag.dump(NOTHING) == [whole_part[:cut]]
        except NetlinkError as told:
            assert told.strerror


def test_the_kernel_lists_nothing_in_a_state_that_does_not_exist() -> None:
    diag = DiagSocket()
    try:
        (part,) = diag.dump(NOTHING)
        assert HEAD.unpack_from(part)[1] == DONE
    finally:
        diag.close()


def test_the_kernel_refuses_what_does_not_exist_and_goes_on() -> None:
    diag = DiagSocket()
    try:
        with pytest.raises(NetlinkError) as told:
            diag.ask(TCP4.asking(names(99, 1, 1)))
        assert told.value.errno == errno.ENOENT
        with pytest.raises(NetlinkError):
            diag.dump(bytes(56))
        assert all(HEAD.size <= len(part) < 1 << 16 for table in TABLES[:4] for part in diag.dump(table.request))
    finally:
        diag.close()


def test_a_refusal_keeps_nothing_of_who_asked() -> None:
    """An error that its own frame holds keeps the tables of every caller, until garbage is searched for."""

    class Held:
        pass

    def ask() -> weakref.ref[Held]:
        held = Held()
        with suppress(NetlinkError):
            diag.ask(TCP4.asking(names(99, 1, 1)))
        return weakref.ref(held)

    diag = DiagSocket()
    gc.disable()
    try:
        assert ask()() is None
    finally:
        gc.enable()
        diag.close()
