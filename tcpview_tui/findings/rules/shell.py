"""A process that talks to another machine and has a shell do what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from tcpview_tui.findings.evidence import Child, Evidence, Joined, Unread
from tcpview_tui.findings.programs import MULTI_CALL, TERMINALS, called, is_interpreter, is_steady, plain
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.wording import contacted, is_public, script

if TYPE_CHECKING:
    from collections.abc import Callable

    from tcpview_tui.findings.evidence import Executable, Reading

T = TypeVar("T")

_SERVERS = frozenset(
    {"apache", "caddy", "exim", "haproxy", "httpd", "java", "lighttpd", "litespeed", "lshttpd", "mariadbd", "mongod"}
    | {"mysqld", "nginx", "openresty", "php-cgi", "php-fpm", "postgres", "proftpd", "redis-server", "traefik", "uwsgi"}
    | {"vsftpd"}
)
"""Servers that answer strangers, and seldom need a shell for it."""

_EDITORS = re.compile(
    r"/\.(?:vscode|cursor|windsurf|positron)[\w-]*/|/code-server/|/jbr/(?:lib|bin)/|/jetbrains/", re.I
)
"""Editors with a terminal in them, by the path of the program that runs it."""

_RUNNERS = frozenset({"act_runner", "buildkite-agent", "drone-runner-exec", "gitlab-runner", "woodpecker-agent"})
"""Programs that run the jobs of a build server: a shell is what they are for, and a way in, too."""

_CONSOLES = re.compile(r"ansible|jupyter|wetty|butterfly|pgadmin|salt-|fabric|pexpect|code-server", re.I)
"""Scripts that give people, or the rules of an administrator, a shell."""

_LOOP = "It is a part of a script: a loop may take what it reads as text, and not do it."
_INSTALLS = "Software is often installed so: curl … | sh. No way back from the shell was seen."

_INPUT = frozenset({"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})
"""Scripts that are standard input."""

_WITH_FILE = frozenset({"--rcfile", "--init-file"})
"""Options that take the next word."""

_SYSTEM_USERS = range(1, 1000)
"""User ids of services (UID_MIN, login.defs(5))."""


def _check(evidence: Evidence) -> Answer:
    exe = evidence.executable
    if not evidence.contacts or exe is None:
        return None
    if isinstance(exe, Unread):
        return Unknown(exe.reason)
    if _serves_shells(exe):
        return None
    children = _each(evidence.shells, lambda child: _judged(evidence, exe, child))
    answers = [*children, *_each(evidence.joined, lambda joined: _heard(evidence, exe, joined))]
    hits = [answer for answer in answers if isinstance(answer, Hit)]
    return _gravest(hits) if hits else next((answer for answer in answers if answer), None)


def _each(shells: Reading[tuple[T, ...]], judge: Callable[[T], Answer]) -> list[Answer]:
    return [Unknown(shells.reason)] if isinstance(shells, Unread) else [judge(each) for each in shells]


def _gravest(hits: list[Hit]) -> Hit:
    return max(hits, key=lambda hit: hit.severity or SHELL_BEHIND_CONNECTION.severity)


def _serves_shells(exe: Executable) -> bool:
    """Whether that is what the program is for; the name alone proves nothing, so its place counts, too."""
    return (plain(exe.path) in TERMINALS and is_steady(exe.path)) or bool(_EDITORS.search(exe.path))


def _judged(evidence: Evidence, exe: Executable, child: Child) -> Answer:
    if isinstance(child.streams, Unread):
        return Unknown(child.streams.reason)
    takes, *gives = (stream.passage if stream else "" for stream in child.streams)
    through, back = takes, next(filter(None, gives), "")
    if through and back and _is_interactive(child):
        severity, against = _weight(evidence, exe)
        how = f"which reads from {through} and writes to {back}"
        return Hit(f"has a shell as its child, {_named(child)}, {how}{contacted(evidence)}", against, severity)
    if back and not _is_interactive(child) and _answers_strangers(evidence, exe):
        told = " ".join(child.argv)[:120]
        against = "Some services run commands for what they do: mail filters, monitoring, jobs of a build server."
        return Hit(f"has a shell run for it: {told}{contacted(evidence)}", against, Severity.MEDIUM)
    return None


def _heard(evidence: Evidence, exe: Executable, joined: Joined) -> Hit | None:
    """Judge a shell that is told what to do by a process which did not start it."""
    # A fork has the arguments of its parent: they tell nothing of what it does itself.
    shell, is_free = joined.shell, not joined.is_fork and _is_interactive(joined.shell)
    sentence = f"has a shell beside it, {_named(shell)}, which reads its output by {joined.hears}"
    if joined.answers and (is_free or joined.is_fork):
        severity, against = _weight(evidence, exe) if is_free else (Severity.MEDIUM, _LOOP)
        return Hit(f"{sentence} and answers by {joined.answers}{contacted(evidence)}", against, severity)
    if is_free:
        return Hit(f"{sentence}{contacted(evidence)}", _INSTALLS, Severity.LOW)
    return None


def _named(child: Child) -> str:
    return f"{called(child.program, child.original or child.program)} ({child.pid})"


def _is_interactive(child: Child) -> bool:
    """Whether the shell was given neither a command nor a script: it does what it reads (bash(1), Invocation)."""
    words = iter(child.argv[2 if child.argv and plain(child.argv[0]) in MULTI_CALL else 1 :])
    for word in words:
        if word in ("-", "--") or not word.startswith(("-", "+")):
            script = next(words, None) if word in ("-", "--") else word
            return script is None or script in _INPUT
        if word in _WITH_FILE or (not word.startswith("--") and word[-1] in "oO"):
            next(words, None)
        elif not word.startswith("--") and not {"c", "s"}.isdisjoint(word):
            return "c" not in word
    return True


def _weight(evidence: Evidence, exe: Executable) -> tuple[Severity, str]:
    name = script(evidence)
    if is_interpreter(exe.path) and _CONSOLES.search(name):
        return Severity.LOW, f"{name} gives people a shell."
    if plain(exe.path) in _RUNNERS and is_steady(exe.path):
        return Severity.LOW, f"{plain(exe.path)} runs jobs that it is told of."
    against = "Terminals, editors and remote consoles do that; the usual ones are known, this one is not."
    return (Severity.HIGH if is_public(evidence) else Severity.MEDIUM), against


def _answers_strangers(evidence: Evidence, exe: Executable) -> bool:
    """Whether it is a server, or runs as the user of one."""
    return plain(exe.path) in _SERVERS or (isinstance(evidence.uid, int) and evidence.uid in _SYSTEM_USERS)


SHELL_BEHIND_CONNECTION = Rule(
    id="shell-behind-connection",
    version=3,
    title="Shell behind a connection",
    of="process",
    reads="/proc/PID/task/*/children, /proc/CHILD/exe, cmdline and fd/0 to 2, of processes with a connection; the "
    "build id, or else the bytes, of a child that is no shell by its name and whose streams lead there; of a process "
    "that writes to a pipe or FIFO, also who has its ends among the children of its parent, and theirs (fd/0 to 9)",
    severity=Severity.HIGH,
    technique="T1505.003",
    benign="Terminals, editors, remote consoles and agents of administrators. sshd, tmux, screen, mosh, sudo and their "
    "like stay unmarked where the administrator installed them; services that run commands are medium. Scripts that "
    "install software (curl … | sh) are low: the shell does not answer.",
    check=_check,
)
