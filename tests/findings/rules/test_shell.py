"""Programs with a connection and a shell as their child."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace

import pytest

from tcpview_tui.findings.evidence import Child, Evidence, Executable, Stream, Unread
from tcpview_tui.findings.rule import Hit, Severity
from tests.sources.net import linux, until

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.rules.shell import SHELL_BEHIND_CONNECTION
    from tests.findings.processes import (
        contact,
        copied,
        evidence_of,
        first_child,
        folder,
        judge,
        marked,
        refused,
        running,
    )

PIPES = "import subprocess as s; p = s.Popen(['sh', '-i'], stdin=s.PIPE, stdout=s.PIPE, stderr=s.PIPE); p.wait()"
DISGUISED = "import subprocess as s, sys; p = s.Popen(sys.argv[1:], stdin=s.PIPE, stdout=s.PIPE); p.wait()"
TERMINAL = "import pty; pty.spawn(['sh'])"
THREAD = f"import threading; t = threading.Thread(target=lambda: exec({PIPES!r})); t.start(); t.join()"
PIPE, PTS, PAIR, TCP = (
    Stream("pipe:[1]"),
    Stream("/dev/pts/3"),
    Stream("socket:[1]", "UNIX-STREAM"),
    Stream("socket:[2]", "TCP"),
)
NULL = Stream("/dev/null")


@pytest.mark.parametrize(("code", "through"), [(PIPES, "a pipe"), (TERMINAL, "a pseudoterminal"), (THREAD, "a pipe")])
def test_a_shell_behind_a_connection_is_marked(code: str, through: str) -> None:
    with running(sys.executable, "-c", code) as process:
        shell = first_child(process.pid) if code is not THREAD else None
        hit = _until_marked(process.pid)
        assert judge(SHELL_BEHIND_CONNECTION, process.pid) is None  # without any contact
        medium = marked(SHELL_BEHIND_CONNECTION, process.pid, contact(process.pid, public=False))
    assert hit.severity is Severity.HIGH
    assert medium.severity is Severity.MEDIUM
    assert f"which reads from {through} and writes to {through}; seen connected to 203.0.113.7:4444" in hit.sentence
    assert shell is None or f"({shell})" in hit.sentence


def test_so_is_a_copy_of_a_shell_under_another_name() -> None:
    with folder() as place, running(sys.executable, "-c", DISGUISED, str(copied("dash", place / "worker"))) as process:
        shell = first_child(process.pid)
        hit = _until_marked(process.pid)
    assert f"has a shell as its child, /usr/bin/dash under the name worker ({shell}), which reads from" in hit.sentence


def test_a_child_that_is_no_shell_is_not() -> None:
    with folder() as place, running(sys.executable, "-c", DISGUISED, str(copied("cat", place / "worker"))) as process:
        first_child(process.pid)
        assert judge(SHELL_BEHIND_CONNECTION, process.pid, contact(process.pid)) is None


def _until_marked(pid: int) -> Hit:
    hit = until(lambda: judge(SHELL_BEHIND_CONNECTION, pid, contact(pid)))
    assert isinstance(hit, Hit)
    return hit


@pytest.mark.skipif(not shutil.which("script"), reason="needs script(1)")
def test_a_terminal_program_is_not() -> None:
    with running("script", "-q", "/dev/null", env={"SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}) as process:
        first_child(process.pid)
        evidence = evidence_of(process.pid, contact(process.pid))
    assert evidence.shells
    assert SHELL_BEHIND_CONNECTION.check(evidence) is None


@pytest.fixture(scope="module")
def plain() -> Evidence:
    with running("sleep", "600") as process:
        return evidence_of(process.pid, contact(process.pid))


def with_child(
    evidence: Evidence, path: str, argv: str, *streams: Stream | None, uid: int = 0, script: str = ""
) -> Evidence:
    assert isinstance(evidence.executable, Executable)
    found = Child(7, "sh", tuple(argv.split("|")), (streams[0], streams[1], streams[2]))
    exe = replace(evidence.executable, path=path)
    return replace(evidence, executable=exe, shells=(found,), uid=uid, argv=(path, script))


@pytest.mark.parametrize(
    ("path", "argv", "streams", "uid", "script", "severity"),
    [
        ("/usr/sbin/sshd", "-bash", (PTS, PTS, PTS), 0, "", None),
        ("/usr/lib/openssh/sshd-session", "-bash", (PTS, PTS, PTS), 1000, "", None),
        ("/home/u/sshd", "-bash", (PTS, PTS, PTS), 1000, "", Severity.HIGH),
        ("/usr/bin/mosh-server", "-zsh", (PTS, PTS, PTS), 1000, "", None),
        ("/home/u/.vscode-server/bin/0x/node", "bash", (PTS, PTS, PTS), 1000, "", None),
        ("/opt/idea/jbr/bin/java", "bash|-i", (PTS, PTS, PTS), 1000, "", None),
        ("/usr/bin/python3.11", "bash", (PTS, PTS, PTS), 1000, "/usr/bin/jupyter-lab", Severity.LOW),
        ("/usr/bin/gitlab-runner", "bash|--login", (PIPE, PIPE, PIPE), 1000, "", Severity.LOW),
        ("/home/u/gitlab-runner", "bash|--login", (PIPE, PIPE, PIPE), 1000, "", Severity.HIGH),
        ("/usr/bin/node", "sh|-i", (PAIR, PAIR, PAIR), 1000, "", Severity.HIGH),
        ("/usr/bin/node", "sh|-c|git status", (PAIR, PAIR, PAIR), 1000, "", None),
        ("/usr/bin/node", "bash|-lc|git status", (PIPE, PIPE, PIPE), 1000, "", None),
        ("/usr/sbin/apache2", "sh|-c|id", (NULL, PIPE, NULL), 33, "", Severity.MEDIUM),
        ("/usr/sbin/php-fpm8.2", "sh|-c|id", (NULL, PIPE, NULL), 0, "", Severity.MEDIUM),
        ("/usr/bin/python3", "sh|-c|id", (NULL, PIPE, NULL), 33, "/srv/app.py", Severity.MEDIUM),
        ("/usr/sbin/apache2", "sh|-c|id", (NULL, NULL, NULL), 33, "", None),
        ("/opt/app", "sh|/opt/run.sh", (NULL, PIPE, PIPE), 1000, "", None),
        ("/opt/app", "sh", (NULL, PIPE, PIPE), 1000, "", None),
        ("/opt/app", "sh", (TCP, TCP, TCP), 1000, "", None),
        ("/opt/app", "sh", (None, None, None), 1000, "", None),
        ("/opt/app", "sh", (PIPE, TCP, PIPE), 1000, "", Severity.HIGH),
    ],
)
def test_who_has_which_shell(
    plain: Evidence,
    path: str,
    argv: str,
    streams: tuple[Stream | None, ...],
    uid: int,
    script: str,
    severity: Severity | None,
) -> None:
    answer = SHELL_BEHIND_CONNECTION.check(with_child(plain, path, argv, *streams, uid=uid, script=script))
    assert (answer.severity if isinstance(answer, Hit) else answer) is severity


def test_what_could_not_be_read_is_said(plain: Evidence) -> None:
    evidence = replace(plain, shells=Unread("not told"))
    assert SHELL_BEHIND_CONNECTION.check(evidence) == ("not told",)
    closed = replace(plain, shells=(Child(7, "sh", ("sh",), Unread("not permitted")),))
    assert SHELL_BEHIND_CONNECTION.check(closed) == ("not permitted",)


def test_who_may_not_look_says_so() -> None:
    assert "/proc/1/exe" in refused(SHELL_BEHIND_CONNECTION).reason
