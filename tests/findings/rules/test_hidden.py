"""What is said of processes and sockets that hide, and when nobody can say."""

from __future__ import annotations

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.machine import HiddenProcess, HiddenSocket, Unlooked
from tcpview_tui.findings.rule import Hit, Unknown
from tcpview_tui.findings.rules.hidden import HIDDEN_PROCESS, HIDDEN_SOCKET
from tcpview_tui.model.connection import Endpoint, Namespace
from tests.fakes import EPOCH

PROCESS = HiddenProcess(4242, "", "kworker/0:1", "/tmp/.x", EPOCH, EPOCH + 60, 2)
SOCKET = HiddenSocket(
    "TCP", Endpoint("10.0.0.5", 50000), Endpoint("203.0.113.7", 4444), 9, "/proc/net", 3, EPOCH, EPOCH + 60
)


def _hit(answer: object) -> Hit:
    assert isinstance(answer, Hit)
    return answer


def test_a_hidden_process_is_told_with_what_its_number_tells() -> None:
    hit = _hit(HIDDEN_PROCESS.check(PROCESS))
    assert hit.sentence.startswith(
        "process 4242 answers signals, but /proc does not list it, in 2 looks within 60 s since"
    )
    assert hit.sentence.endswith("; asked for by number, it calls itself kworker/0:1 and runs /tmp/.x")
    assert not hit.against
    assert (PROCESS.name, PROCESS.subject) == ("process 4242", ("hidden-process", 4242))


def test_one_look_speaks_against_it() -> None:
    hit = _hit(HIDDEN_PROCESS.check(PROCESS._replace(looks=1, command="", executable="")))
    assert "/proc says nothing of it" in hit.sentence
    assert "one look" in hit.against


def test_a_cover_is_named() -> None:
    hit = _hit(HIDDEN_PROCESS.check(PROCESS._replace(cover="tmpfs of none", executable="")))
    assert "its directory in /proc is covered by a mount (tmpfs of none)" in hit.sentence
    assert hit.sentence.endswith("calls itself kworker/0:1")


def test_a_hidden_socket_is_told_with_the_list_that_lacks_it() -> None:
    hit = _hit(HIDDEN_SOCKET.check(SOCKET))
    named = "TCP 10.0.0.5:50000 - 203.0.113.7:4444 is told by netlink and not by /proc/net, in 3 comparisons"
    assert hit.sentence.startswith(named)
    hit = _hit(HIDDEN_SOCKET.check(SOCKET._replace(lacks="netlink", remote=None)))
    assert hit.sentence.startswith("TCP 10.0.0.5:50000 is told by /proc/net and not by netlink")


def test_what_could_not_be_read_is_unknown() -> None:
    assert HIDDEN_PROCESS.check(Unread("No.")) == Unknown("No.")
    assert HIDDEN_SOCKET.check(Unread("No.")) == Unknown("No.")
    assert HIDDEN_SOCKET.check(Unlooked("hidden-socket", Namespace(7), "No.")) == Unknown("No.")


def test_a_socket_in_another_namespace_says_where() -> None:
    hit = _hit(HIDDEN_SOCKET.check(SOCKET._replace(namespace=Namespace(7, "web"))))
    assert hit.sentence.startswith("TCP 10.0.0.5:50000 - 203.0.113.7:4444 in netns web is told by netlink")
