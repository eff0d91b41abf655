"""`tcpview-tui list --watch`: what is told of a look, and how it ends; with looks made up, and with real sockets."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tcpview_tui.listing.notices import form_of
from tcpview_tui.listing.watch import Watch
from tcpview_tui.model.columns import BY_ID
from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.query import parse
from tcpview_tui.model.snapshot import Code, Passed, Problem, Snapshot
from tcpview_tui.record.lines import WORDS
from tests.fakes import CURL, EPOCH, connection, listener, snapshot
from tests.sources.net import PATIENCE, tcp_pair
from tests.test_cli import refused


class Looks:
    """A watch that a test shows one look after the other."""

    def __init__(self, expression: str = "", **names: str) -> None:
        self.asked: list[str] = []
        self.names = {address.replace("_", ".").lstrip("a"): name for address, name in names.items()}
        self.watch = Watch(parse(expression), 1.0, self._look_up if names else None)
        self._look = 0

    def see(
        self, *connections: Connection, passed: tuple[Passed, ...] = (), problems: tuple[Problem, ...] = ()
    ) -> list[str]:
        self._look += 1
        look: Snapshot = snapshot(self._look, EPOCH + self._look, *connections)
        self.told = self.watch.take(replace(look, passed=passed, problems=problems), 1000.0 + self._look)
        return [f"{WORDS[type(each.event)]} {each.row and each.row.key}" for each in self.told]

    def _look_up(self, rows: object) -> dict[str, str]:
        self.asked += [each.connection.remote.address for each in rows]  # type: ignore[attr-defined]
        return self.names


def test_only_what_differs_is_told() -> None:
    looks = Looks()
    assert looks.see(connection(1), listener(2, 80)) == ["opened 1", "opened 2"]
    assert looks.see(connection(1), listener(2, 80)) == []
    assert looks.see(connection(1, State.CLOSE_WAIT), connection(3)) == ["opened 3", "changed 1", "closed 2"]
    assert looks.see() == ["closed 1", "closed 3"]


def test_a_brief_connection_is_opened_and_closed() -> None:
    looks = Looks()
    looks.see()
    brief = replace(connection(7), opened_at=EPOCH + 1.25)
    assert looks.see(passed=(Passed(brief, EPOCH + 1.5),)) == ["opened 7", "closed 7"]
    assert [each.event.at.wall for each in looks.told] == [EPOCH + 1.25, EPOCH + 1.5]


def test_what_a_look_tells_is_in_the_order_of_time_and_opens_before_it_closes() -> None:
    looks = Looks()
    looks.see(connection(1), connection(2))
    brief = [replace(connection(key), opened_at=EPOCH + at) for key, at in ((7, 1.7), (8, 1.2), (9, 1.6))]
    passed = [Passed(each, EPOCH + at) for each, at in zip(brief, (1.8, 1.3, 1.5), strict=True)]
    assert looks.see(connection(1, State.CLOSE_WAIT), passed=tuple(passed)) == [
        "opened 8", "closed 8", "opened 9", "closed 9", "opened 7", "closed 7", "changed 1", "closed 2",
    ]  # fmt: skip


def test_a_connection_is_told_when_it_matches_before_or_after() -> None:
    looks = Looks("state:established")
    asked = connection(1, State.SYN_SENT)
    assert looks.see(asked) == []
    assert looks.see(connection(1)) == ["changed 1"]
    assert looks.see(connection(1, State.CLOSE_WAIT)) == ["changed 1"]
    assert looks.see(connection(1, State.LAST_ACK)) == []
    assert looks.see() == []
    assert looks.see(connection(2)) == ["opened 2"]
    assert looks.see() == ["closed 2"]


def test_a_process_that_is_found_later_is_a_change_and_how_it_was_found_is_none() -> None:
    looks = Looks()
    looks.see(connection(1, owners=()))
    assert looks.see(connection(1)) == ["changed 1"]
    assert looks.see(replace(connection(1), user="alice")) == []


def test_names_are_asked_for_what_is_told_only_or_for_all_when_they_decide() -> None:
    looks = Looks("rport:443", a93_184_216_34="example.org")
    other = connection(2, remote=("8.8.8.8", 53))
    looks.see(connection(1), other)
    assert looks.asked == ["93.184.216.34"]
    assert looks.told[0].context.names == {"93.184.216.34": "example.org"}
    looks = Looks("host:example", a93_184_216_34="example.org")
    assert looks.see(connection(1), other) == ["opened 1"]
    assert looks.asked == ["93.184.216.34", "8.8.8.8"]


def test_what_cannot_be_seen_is_said_when_it_begins() -> None:
    looks = Looks()
    few, more = (Problem(Code.OWNERLESS, f"{number} sockets without owner") for number in (1, 2))
    looks.see(problems=(few,))
    assert looks.watch.troubles == ["Not all can be seen: 1 sockets without owner."]
    looks.see(problems=(more,))
    assert looks.watch.troubles == []
    looks.see(problems=(Problem(Code.LOOK_FAILED, "failed", "It failed, and why."),))
    assert looks.watch.troubles == ["It failed, and why."]
    looks.see(problems=(few,))
    assert looks.watch.troubles == ["Not all can be seen: 1 sockets without owner."]


def test_a_sleep_of_the_machine_is_said() -> None:
    looks = Looks()
    looks.see()
    looks.watch.take(snapshot(2, EPOCH + 7201), 1002.0, 7199.0)
    assert looks.watch.troubles == ["Nobody looked for 2 h."]


COLUMNS = [BY_ID[name] for name in ("process", "pid", "remote")]


def lines(name: str) -> list[str]:
    looks, form = Looks(), form_of(name, COLUMNS, "box")
    evil = replace(CURL, name="=1+1")
    looks.see(connection(1), connection(2, owners=(evil,)), connection(3, remote=("2001:db8:1:2:3:4:5:6", 443)))
    return [form.head, *map(form.line, looks.told)]


def test_a_table_is_aligned_and_has_the_time_first() -> None:
    head, one, two, three = lines("table")
    assert head == "Time                      Event    Process           PID  Remote address\n"
    assert one == "2026-01-01T00:00:01.000Z  opened   curl             4242  93.184.216.34\n"
    assert len({line.index("4242") for line in (one, two, three)}) == 1
    assert head.index("Remote") == three.index("2001")


@pytest.mark.parametrize(("name", "delimiter", "end"), [("csv", ",", "\r\n"), ("tsv", "\t", "\n")])
def test_records_have_a_head_and_run_in_no_spreadsheet(name: str, delimiter: str, end: str) -> None:
    told = lines(name)
    assert all(line.endswith(end) for line in told)
    head, one, two, _ = csv.reader(told, delimiter=delimiter)
    assert head == ["Time", "Event", "Process", "PID", "Remote address"]
    assert one == ["2026-01-01T00:00:01.000Z", "opened", "curl", "4242", "93.184.216.34"]
    assert two[2] == "'=1+1"


def test_documents_say_what_happened() -> None:
    _, *told = lines("jsonl")
    first = json.loads(told[0])
    assert (first["event"]["action"], first["host"]["name"], len(told)) == ("connection-opened", "box", 3)


@contextmanager
def watching(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A watch that has said how many connections there are."""
    argv = [sys.executable, "-m", "tcpview_tui", "list", "--watch", "0.5", *arguments]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        limit = threading.Timer(PATIENCE, process.kill)
        limit.start()
        try:
            assert process.stderr
            while "Ctrl+C ends it" not in process.stderr.readline():
                assert process.poll() is None
            yield process
        finally:
            limit.cancel()
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline()
    assert line, "the watch has ended, or was silent for too long"
    return line


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_happens_to_real_sockets_is_told_until_a_signal_ends_it(number: signal.Signals) -> None:
    with watching("--format", "tsv", "--columns", "lport,pid") as process:
        assert heard(process) == "Time\tEvent\tLocal port\tPID\n"
        with tcp_pair() as (server, _, _):
            port = server.getsockname()[1]
            told = iter(lambda: heard(process).rstrip().split("\t"), [])
            opened = next(record for record in told if record[2] == str(port))
            assert opened[1:] == ["opened", str(port), str(os.getpid())]
        os.kill(process.pid, number)
        out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert f"closed\t{port}" in out
    assert "Traceback" not in said


def test_a_reader_that_leaves_ends_it_quietly() -> None:
    with watching() as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        with tcp_pair():  # something has to happen, or nothing is written
            said = process.stderr.read().splitlines(keepends=True)
        assert process.wait(PATIENCE) == 0
    # What begins on this machine meanwhile, such as a namespace that cannot be read, is told all the same.
    assert [line for line in said if not line.startswith("Not all can be seen: ")] == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full (full(4))")  # noqa: PTH110
def test_a_full_output_ends_it_with_a_sentence() -> None:
    argv = [sys.executable, "-m", "tcpview_tui", "list", "--watch", "0.5"]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_output_is_said() -> None:
    argv = f"exec {sys.executable} -m tcpview_tui list --watch 0.5 >&-"
    done = subprocess.run(argv, shell=True, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "it is closed" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "json"], "json is one whole; choose --format table, csv, tsv or jsonl"),
        (["--format", "html"], "html is one whole"),
        (["--sort", "pid"], "as it happens, in no other order"),
        (["--diff", "x"], "leave out one of them"),
        (["--columns", "rate_in"], "measures from look to look"),
        (["--format", "jsonl", "--columns", "pid"], "always has all its fields"),
    ],
)
def test_wrong_usage_is_refused_in_a_sentence(arguments: list[str], words: str) -> None:
    assert words in refused("list", "--watch", "1", *arguments)


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "x", "86401"])
def test_an_interval_beyond_sense_is_refused(seconds: str) -> None:
    assert "--watch" in refused("list", "--watch", seconds)
