"""`tcpview-tui close`: what it prints, asks and does; with a machine that the test makes up, and with the real one."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tcpview_tui import cli
from tcpview_tui.alignment import WIDEST, aligned
from tcpview_tui.model.connection import State, Unowned
from tcpview_tui.model.snapshot import Code, Problem
from tcpview_tui.model.traffic import Counters
from tcpview_tui.sources.base import Reading
from tests.fakes import FakeSource, connection, listener
from tests.pty.runner import Line, Machine
from tests.pty.terminal import Terminal
from tests.scenes import Told
from tests.sources.net import tcp_pair
from tests.test_cli import Said, refused

SESSION = connection(7, local=("192.0.2.2", 22), remote=("192.0.2.1", 51234), owners=())
OVER_SSH = "192.0.2.1 51234 192.0.2.2 22"


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeSource:
    """The machine that `said` works on: two connections, a listener and a session."""
    monkeypatch.setattr("tcpview_tui.config.default_path", lambda: tmp_path / "config.toml")
    monkeypatch.setattr("tcpview_tui.usage.default_path", lambda: tmp_path / "config.toml")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    rows = [connection(1), connection(2, State.TIME_WAIT, ("10.0.0.5", 50001), owners=()), listener(3, 8080), SESSION]
    machine = FakeSource(*rows)
    monkeypatch.setattr(cli, "chosen", lambda *_, follows: machine)
    return machine


def said(*arguments: str) -> Result:
    return CliRunner().invoke(cli.live, ["close", *arguments], standalone_mode=False)


def test_a_dry_run_lists_what_matches_and_closes_nothing(source: FakeSource) -> None:
    result = said("rport:443", "--dry-run")
    assert result.return_value == 0
    assert result.stdout.splitlines() == [
        "Protocol  State        Local           Remote             Process",
        "TCP       ESTABLISHED  10.0.0.5:50000  93.184.216.34:443  curl (4242)",
        "TCP       TIME_WAIT    10.0.0.5:50001  93.184.216.34:443  no process",
        "2 connections match.",
    ]
    assert (result.stderr, source.disconnected, source.is_closed) == ("", [], True)


def test_counters_are_known_to_the_filter_and_to_its_negation(source: FakeSource) -> None:
    source.measures = {1: Told(Counters(0, 900_000))}
    assert said("state:established sent>0 -rport:51234", "--dry-run").stdout.endswith("\n1 connection matches.\n")
    assert "10.0.0.5:50000" not in said("not sent>0", "--dry-run").stdout


@pytest.mark.parametrize("text", ["-is:busy", "rate<1k", "not age>60", "not is:new"])
def test_what_one_look_cannot_answer_is_refused_not_guessed(source: FakeSource, text: str) -> None:
    result = said("--yes", "--", text)
    assert "only the live table can answer that" in str(result.exception)
    assert source.disconnected == []


@pytest.mark.parametrize("text", ["host:example", "port:443 -host:example"])
def test_names_are_not_looked_up_and_a_filter_by_them_is_refused(source: FakeSource, text: str) -> None:
    result = said("--yes", "--", text)
    assert "host: no names are looked up here; write an address" in str(result.exception)
    assert source.disconnected == []


def test_a_dry_run_where_nothing_can_be_closed_lists_it_and_says_so(source: FakeSource) -> None:
    source.cannot_disconnect = "Closing a connection needs root."
    result = said("rport:443", "--dry-run")
    assert (result.return_value, result.stdout.count("TCP")) == (1, 2)
    assert result.stderr == "Nothing would be closed. Closing a connection needs root.\n"


def test_where_nothing_can_be_closed_nothing_is_tried_and_nobody_asked(source: FakeSource) -> None:
    source.cannot_disconnect = "Closing a connection needs root."
    result = said("rport:443", "--yes")
    assert (result.return_value, result.stdout) == (1, "")
    assert result.stderr == "Nothing was closed. Closing a connection needs root.\n"
    assert source.disconnected == []


def test_what_matches_is_closed_and_nothing_else(source: FakeSource) -> None:
    result = said("rport:443 or lport:8080", "--yes")
    assert (result.return_value, source.disconnected) == (0, [1, 2, 3])
    assert result.stdout.splitlines()[4:] == [
        "3 connections match.",
        "Closed TCP 10.0.0.5:50000 - 93.184.216.34:443.",
        "Closed TCP 10.0.0.5:50001 - 93.184.216.34:443.",
        "Closed TCP 0.0.0.0:8080. Its process may not notice, and can listen again.",
    ]


def test_nothing_that_matches_is_said_with_what_was_not_seen(source: FakeSource) -> None:
    source.problems = (Problem(Code.OWNERLESS, "412 sockets without owner: not root"),)
    result = said("user:mallory", "--yes")
    assert (result.return_value, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "No connection matches; nothing was closed.",
        "Not all could be seen: 412 sockets without owner: not root.",
    ]


def test_what_was_not_seen_is_said_when_something_matches_too(source: FakeSource) -> None:
    source.problems = (Problem(Code.OWNERLESS, "412 sockets without owner: not root"),)
    result = said("rport:443", "--dry-run")
    assert (result.return_value, result.stdout.count("TCP")) == (0, 2)
    assert result.stderr.splitlines() == ["Not all could be seen: 412 sockets without owner: not root."]
    assert result.output.endswith(result.stderr)


@pytest.mark.parametrize(("until", "found"), [(3, True), (10, True), (11, False)])
def test_processes_still_sought_are_waited_for_within_bounds(
    source: FakeSource, monkeypatch: pytest.MonkeyPatch, until: int, found: bool
) -> None:
    owned, looks, read = connection(1), [0], source.read

    def look() -> Reading:
        looks[0] += 1
        sought = replace(owned, owners=(), unowned=Unowned.PENDING)
        source.connections = [owned if looks[0] >= until else sought]
        source.measures = {1: Told(Counters(0, 900_000))} if looks[0] == 1 else {}
        return read()

    monkeypatch.setattr(source, "read", look)
    result = said("process:curl sent>0", "--yes")
    assert (looks[0], source.disconnected) == (min(until, 10), [1] if found else [])
    assert ("No connection matches" in result.stderr) is not found


def test_a_look_that_fails_is_not_called_no_match(source: FakeSource) -> None:
    source.error = OSError(errno.EIO, "Input/output error")
    result = said("rport:443", "--yes")
    assert (result.return_value, result.stdout) == (1, "")
    assert "The fake source could not read the connections" in result.stderr
    assert "No connection matches" not in result.stderr


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        (errno.EPERM, 1, "needs root (CAP_NET_ADMIN)"),
        (errno.EOPNOTSUPP, 1, "stays open: "),
        (errno.ENOENT, 0, "had closed already"),
        (errno.ESTALE, 0, "was left alone"),
    ],
)
def test_what_could_not_be_closed_is_told_to_people(source: FakeSource, code: int, status: int, words: str) -> None:
    source.refusal = OSError(code, os.strerror(code))
    result = said("lport:50000", "--yes")
    assert (result.return_value, result.stdout.count("TCP")) == (status, 1)
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


@pytest.mark.parametrize(
    ("options", "closed", "status"),
    [(["--yes"], [1, 2], 1), (["--yes", "--yes-my-session"], [1, 2, 7], 0), (["--dry-run"], [], 0)],
)
def test_the_session_needs_a_word_of_its_own(
    source: FakeSource, monkeypatch: pytest.MonkeyPatch, options: list[str], closed: list[int], status: int
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", OVER_SSH)
    result = said("remote:0.0.0.0/0", *options)
    assert (result.return_value, source.disconnected) == (status, closed)
    assert f"{SESSION.ends} carries this session" in result.stderr
    left = f"Left open: {SESSION.ends}. --yes-my-session closes it, too."
    assert (left in result.stderr) is (status == 1)


def test_a_config_file_that_forbids_changes_is_obeyed(source: FakeSource, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("read_only = true")
    result = said("rport:443", "--yes")
    assert "read_only is set, so that nothing is closed" in str(result.exception)
    assert said("rport:443", "--dry-run").return_value == 0
    assert source.disconnected == []


def test_cells_stand_in_columns_and_no_line_ends_in_blanks() -> None:
    assert aligned([("a", "long", "curl (4242)"), ("bb", "s", "x")]) == ["a   long  curl (4242)", "bb  s     x"]


def test_a_cell_that_is_very_long_shifts_its_own_line_only() -> None:
    for right in ((), (0,)):
        lines = aligned([("p" * 300, "22"), ("sshd", "80"), ("b" * WIDEST, "443")], right)
        assert [line.index(end) for line, end in zip(lines, ("22", "80", "443"), strict=True)] == [302, 62, 62]
        assert lines[0] == "p" * 300 + "  22"


@pytest.mark.parametrize("expression", ["", " ", "\t"])
def test_an_empty_filter_would_close_everything_and_is_refused(expression: str) -> None:
    assert "an empty filter would close every connection" in refused("close", expression, "--yes")


def test_a_bad_filter_is_pointed_at() -> None:
    sentence, shown, pointer = refused("close", "port:abc", "--yes").splitlines()
    assert sentence.startswith("tcpview-tui: EXPR: At character 6: ")
    assert (shown, pointer) == ("  port:abc", "       ^^^")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["close", "port:1"], "standard input is not a terminal"),
        (["close", "port:1", "--yes-my-session"], "standard input is not a terminal"),
        (["close"], "EXPR"),
        (["close", "port:1", "--source", "bogus"], "sockdiag"),
        (["close", "port:1", "--theme", "dark"], "--theme"),
        (["--interval", "2", "close", "port:1", "--yes"], "write them after close"),
        (["--fresh", "close", "port:1", "--yes"], "write them after close"),
    ],
)
def test_wrong_usage_is_refused_in_a_sentence(arguments: list[str], words: str) -> None:
    assert words in refused(*arguments)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a real connection on loopback."""
    with tcp_pair() as (_, client, accepted):
        yield client, accepted


def test_a_dry_run_finds_a_real_connection(pair: tuple[socket.socket, socket.socket]) -> None:
    near, far = (end.getsockname()[1] for end in pair)
    run = Said("close", f"lport:{near} rport:{far}", "--dry-run", "--source", "psutil")
    assert run.status == 1
    *unseen, last = run.err.splitlines()
    assert all(line.startswith("Not all could be seen: ") for line in unseen)
    assert last.startswith("Nothing would be closed. The psutil source cannot close connections;")
    _, line, _ = run.out.splitlines()
    cells = line.split()
    assert cells[:4] == ["TCP", "ESTABLISHED", f"127.0.0.1:{near}", f"127.0.0.1:{far}"]
    assert cells[-1] == f"({os.getpid()})"


def test_the_psutil_source_says_that_it_closes_none(pair: tuple[socket.socket, socket.socket]) -> None:
    client, accepted = pair
    run = Said("close", f"lport:{client.getsockname()[1]}", "--yes", "--source", "psutil")
    assert run.status == 1
    assert run.err.startswith("Nothing was closed. The psutil source cannot close connections;")
    assert run.out == ""
    client.sendall(b"still there")
    assert accepted.recv(64) == b"still there"


def test_the_help_lists_the_options() -> None:
    run = Said("close", "--help")
    assert run.status == 0
    for part in ("EXPR", "--dry-run", "--yes", "--yes-my-session", "--source", "--config"):
        assert part in run.out
    assert "close" in Said("--help").out.partition("Commands:")[2]


def test_a_reader_that_goes_away_is_no_traceback(pair: tuple[socket.socket, socket.socket]) -> None:
    command = [sys.executable, "-m", "tcpview_tui", "close", f"port:{pair[0].getsockname()[1]}", "--dry-run"]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=writing, stderr=subprocess.PIPE, timeout=60)
    finally:
        os.close(writing)
    assert b"Traceback" not in run.stderr


ROWS = (Line(1), Line(2, "TIME_WAIT", 50001))


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [("y\r", 0, "Closed TCP 10.0.0.5:50001"), ("\r", 1, "Nothing was closed."), ("n\r", 1, "Nothing was closed.")],
)
def test_on_a_terminal_it_asks_and_no_is_the_default(answer: str, status: int, words: str, tmp_path: Path) -> None:
    with Terminal((*Machine(tmp_path, *ROWS).argv, "close", "rport:443"), tmp_path) as terminal:
        terminal.shows("Close 2 connections? [y/N]:")
        terminal.send(answer)
        assert terminal.wait() == status
        terminal.shows(words)


@pytest.mark.parametrize(("typed", "status"), [("443\r", 0), ("\r", 1), ("22\r", 1)])
def test_on_a_terminal_the_session_is_typed(typed: str, status: int, tmp_path: Path) -> None:
    over_ssh = {"SSH_CONNECTION": "93.184.216.34 443 10.0.0.5 50000"}
    command = (*Machine(tmp_path, *ROWS).argv, "close", "rport:443")
    with Terminal(command, tmp_path, (160, 24), env=over_ssh) as terminal:
        terminal.shows("Close 2 connections?")
        terminal.send("y\r")
        terminal.shows("Type the remote port 443 to close")
        terminal.send(typed)
        assert terminal.wait() == status
        terminal.shows("Closed TCP 10.0.0.5:50001 - 93.184.216.34:443.")
        ends = "TCP 10.0.0.5:50000 - 93.184.216.34:443"
        terminal.shows(f"Left open: {ends}" if status else f"Closed {ends}")


UNKNOWN = connection(8, local=("10.0.0.5", 50008), owners=())


@pytest.mark.parametrize("term", ["-process:sshd", "pid!=1", "not (path:/bin or rport:1)", "-container:y"])
def test_what_may_be_excepted_is_left_out(source: FakeSource, term: str) -> None:
    source.connections.append(UNKNOWN)
    told = said(f"rport:443 {term}", "--yes")
    assert "Left out: 1 connection of an unknown process" in told.stderr
    assert 8 not in source.disconnected


@pytest.mark.parametrize("term", ["", "-lport:9", "is:unknown", "-user:nobody"])
def test_where_the_process_does_not_matter_it_may_be_unknown(source: FakeSource, term: str) -> None:
    source.connections.append(UNKNOWN)
    assert "Left out" not in said(f"rport:443 {term}", "--yes").stderr
    assert 8 in source.disconnected


def test_ctrl_c_at_the_question_closes_nothing(tmp_path: Path) -> None:
    with Terminal((*Machine(tmp_path, *ROWS).argv, "close", "rport:443"), tmp_path) as terminal:
        terminal.shows("Close 2 connections?")
        terminal.send("\x03")
        assert terminal.wait() == 128 + signal.SIGINT
        assert b"Closed" not in terminal.output
