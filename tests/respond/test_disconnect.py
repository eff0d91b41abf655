from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.clock import SystemClock
from tcpview_tui.model.connection import Connection, Namespace, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tcpview_tui.respond.closing import Target, cells, holder, plan_closing
from tcpview_tui.respond.disconnect import WORDS, disconnect
from tcpview_tui.respond.guard import Level
from tcpview_tui.respond.outcome import Kind
from tcpview_tui.respond.several import summary
from tcpview_tui.sources.base import Sampler
from tcpview_tui.sources.psutil_source import PsutilSource
from tcpview_tui.sources.seen import SocketId
from tests.fakes import CURL, NGINX, FakeSource, connection, listener

ENDS = "TCP 10.0.0.5:50000 - 93.184.216.34:443"


def row(seen: Connection, owners: Sequence[Process] | None = None, closed_at: float | None = None) -> Row:
    return Row(1, seen, "out", 0.0, owners=seen.owners if owners is None else tuple(owners), closed_at=closed_at)


def refusing(error: Exception) -> FakeSource:
    source = FakeSource()
    source.refusal = error  # type: ignore[assignment]
    return source


def test_every_connection_is_closed_in_turn() -> None:
    source = FakeSource(connection(1), connection(2), connection(3))
    outcomes = disconnect(Sampler(source, SystemClock()).disconnect, [connection(3), connection(1)])
    assert source.disconnected == [3, 1]
    assert [(outcome.ok, outcome.kind, outcome.sentence) for outcome in outcomes] == [
        (True, "done", f"Closed {ENDS}.")
    ] * 2


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        (listener(1, 80), "Closed TCP 0.0.0.0:80. Its process may not notice, and can listen again."),
        (connection(1, State.NONE, transport="udp"), "Its process gets an error and can go on using the socket."),
        (connection(1, State.TIME_WAIT, owners=()), f"Closed {ENDS}."),
    ],
)
def test_what_closing_means_is_said(closed: Connection, told: str) -> None:
    (outcome,) = disconnect(FakeSource().disconnect, [closed])
    assert outcome.ok
    assert outcome.sentence.endswith(told)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.EPERM, "denied", "root (CAP_NET_ADMIN)"),
        (errno.EACCES, "denied", "root (CAP_NET_ADMIN)"),
        (errno.ENOENT, "gone", "had closed already; nothing was done."),
        (errno.ESTALE, "gone", "Another connection has its addresses now, and was left alone."),
        (errno.EOPNOTSUPP, "failed", "(CONFIG_INET_DIAG_DESTROY)"),
        (errno.EBUSY, "failed", "stays open: it shares its port with others, and the kernel cannot address this one."),
        (errno.EINVAL, "failed", "Invalid argument"),
    ],
)
def test_every_refusal_of_the_kernel_is_a_sentence(code: int, kind: Kind, words: str) -> None:
    (outcome,) = disconnect(refusing(OSError(code, os.strerror(code))).disconnect, [connection(1)])
    assert (outcome.ok, outcome.kind) == (False, kind)
    assert ENDS in outcome.sentence
    assert words in outcome.sentence


def test_a_kernel_that_keeps_time_wait_is_not_called_incapable() -> None:
    error = OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
    (outcome,) = disconnect(refusing(error).disconnect, [connection(1, State.TIME_WAIT)])
    assert "CONFIG" not in outcome.sentence
    assert "closes none in TIME_WAIT" in outcome.sentence


def test_one_that_is_only_bound_is_not_said_to_share_a_port() -> None:
    error = OSError(errno.EBUSY, "the kernel cannot address this one")
    (outcome,) = disconnect(refusing(error).disconnect, [connection(1, State.CLOSED)])
    assert "it is only bound" in outcome.sentence


def test_one_without_a_cookie_is_not_sent_to_the_source_it_comes_from() -> None:
    error = OSError(errno.EOPNOTSUPP, "the kernel lists this socket without a cookie")
    raw = replace(connection(1, State.NONE, transport="raw"), key=SocketId(1, 1 << 63))
    (outcome,) = disconnect(refusing(error).disconnect, [raw])
    assert outcome.kind == "failed"
    assert "without a cookie, and could hit another one. End its process instead." in outcome.sentence
    assert "--source" not in outcome.sentence


def test_a_source_that_closes_nothing_says_so_itself() -> None:
    (outcome,) = disconnect(PsutilSource().disconnect, [connection(1)])
    assert outcome.kind == "failed"
    assert "stays open: the psutil source cannot close connections; --source sockdiag can" in outcome.sentence


@given(st.one_of(st.text(), st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape"))), st.integers(0, 200))
def test_whatever_a_source_raises_ends_in_one_harmless_line(words: str, code: int) -> None:
    for error in (OSError(code, words), OSError(words), ValueError(words), RuntimeError()):
        (outcome,) = disconnect(refusing(error).disconnect, [connection(1)])
        assert not outcome.ok
        assert outcome.kind in WORDS
        assert outcome.sentence.isprintable()


def test_one_that_fails_does_not_keep_the_others_open() -> None:
    closed = []

    def close(each: Connection) -> None:
        if each.key == 2:
            raise OSError(errno.ENOENT, "gone")
        closed.append(each.key)

    outcomes = disconnect(close, [connection(1), connection(2), connection(3)])
    assert closed == [1, 3]
    told = summary("Disconnect", outcomes, WORDS)
    assert (told.ok, told.sentence) == (True, "Disconnect: 2 closed, 1 had closed before.")


def test_the_sampler_gives_its_source_back_once() -> None:
    source = FakeSource()
    sampler = Sampler(source, SystemClock())
    sampler.close()
    assert source.is_closed
    source.is_closed = False
    sampler.close()
    assert not source.is_closed


def test_a_plan_tells_what_is_closed_already_and_what_carries_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22")
    session = row(connection(1, local=("192.0.2.2", 22), remote=("192.0.2.1", 50000)))
    gone, plain = row(connection(2), closed_at=9.0), row(connection(3))
    plan = plan_closing([session, gone, plain], {})
    assert [target.verdict.level for target in plan.targets] == [Level.TYPED, Level.REFUSED, Level.ALLOWED]
    assert "has closed already" in plan.targets[1].told
    assert "Type the remote port 50000 " in plan.targets[0].told
    assert plan.agreed(lambda _: False) == [plain.connection]
    asked: list[Target] = []
    agreed = plan.agreed(lambda target: not asked.append(target))  # type: ignore[func-returns-value]
    assert agreed == [plain.connection, session.connection]  # nothing would be done after the session's own
    assert [target.number for target in asked] == [50000]


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (row(connection(1)), "curl (4242)"),
        (row(connection(1, owners=(CURL, NGINX, NGINX))), "curl (4242) +2"),
        (row(connection(1, owners=())), "unknown process"),
        (row(connection(1, State.TIME_WAIT, owners=())), "no process"),
        (replace(row(connection(1, State.TIME_WAIT, owners=()), [CURL]), owners_past=True), "curl (4242), past"),
    ],
)
def test_a_row_names_its_process(seen: Row, told: str) -> None:
    assert holder(seen) == told
    assert cells(seen)[-1] == told


def test_the_cells_of_a_row() -> None:
    assert cells(row(listener(1, 80, address="::"))) == ("TCP", "LISTEN", "[::]:80", "-", "nginx (812)")
    assert cells(row(connection(1, State.NONE, transport="udp")))[:2] == ("UDP", "-")
    assert cells(row(replace(listener(1, 80), namespace=Namespace(7, "web"))))[-1] == "nginx (812) in netns web"


def test_one_in_another_namespace_is_told_from_its_twin() -> None:
    twins = [connection(1), replace(connection(2), namespace=Namespace(7, "web"))]
    sentences = [outcome.sentence for outcome in disconnect(FakeSource(*twins).disconnect, twins)]
    assert sentences == [f"Closed {ENDS}.", f"Closed {ENDS} in netns web."]
