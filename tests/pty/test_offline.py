"""With ``--offline`` no packet leaves: the program's own calls are watched while everything is asked that could ask."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.model.address import is_loopback
from tests.pty.runner import Line, Machine
from tests.pty.terminal import PROGRAM, Terminal

if TYPE_CHECKING:
    from pathlib import Path

REMOTE = "93.184.216.34"
KEYS = {"TCPVIEW_TUI_VIRUSTOTAL_KEY": "k" * 64, "TCPVIEW_TUI_ABUSEIPDB_KEY": "k" * 80}
"""With these the services would be asked."""

AUDITED = """
import os, socket, sys
log = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
HERE = {getattr(socket, name) for name in ("AF_UNIX", "AF_NETLINK") if hasattr(socket, name)}
SENDS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
ASKS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "webbrowser.open"}
def hear(event, told):
    if event in ASKS | STARTS or (event in SENDS and told[0].family not in HERE):
        os.write(log, f"{event} {told[event in SENDS:]!r}\\n".encode())
sys.addaudithook(hear)
from tests.pty.runner import main
main()
"""
"""The program, which writes down whom it addresses, and what it starts: what that does would not be heard."""

TRACE = ("strace", "-f", "--seccomp-bpf", "-e", "trace=network", "-o")
SENT = re.compile(
    r"(?:connect|sendto|sendmsg|sendmmsg)\(.*?"
    r'(?:sin_addr=inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"(?:\)|, &sin6_addr)'
)
"""To whom something is sent, as strace(1) prints it; not the addresses in questions to the kernel (sock_diag(7))."""


def ask(terminal: Terminal, keys: str, answer: str) -> None:
    """Press these keys, read the answer, and go back."""
    terminal.send(keys)
    terminal.shows(answer)
    terminal.send("\x1b")
    terminal.lacks(answer)


def judge(terminal: Terminal) -> None:
    """See the rules at work, whatever they find of this machine."""
    terminal.send("f")
    terminal.shows("Findings: ")
    terminal.lacks("being loaded")
    terminal.send("\x1b")
    terminal.lacks("Findings: ")


def ask_all(terminal: Terminal) -> None:
    """Ask for names, Whois, the services and the findings, and leave."""
    terminal.shows(REMOTE, "i: more")
    terminal.send("n")
    terminal.shows("Names: on. --offline")
    ask(terminal, "w", "--offline forbids asking")
    ask(terminal, "Va", "AbuseIPDB, address")
    judge(terminal)
    leave(terminal)


def leave(terminal: Terminal) -> None:
    terminal.send("\x03\x03")
    assert terminal.wait() == 130


def audited(home: Path, log: Path, *options: str) -> Terminal:
    machine = Machine(home, Line(1, remote=REMOTE))
    argv = (sys.executable, "-c", AUDITED, str(log), str(machine.file), *options)
    return Terminal(argv, home, (100, 30), env=KEYS)


def test_offline_the_program_addresses_nobody(tmp_path: Path) -> None:
    log = tmp_path / "calls"
    with audited(tmp_path, log, "--offline") as terminal:
        ask_all(terminal)
    assert log.read_text() == ""


def test_whom_it_addresses_otherwise_is_heard(tmp_path: Path) -> None:
    """The servers are this test, which answers nothing."""
    log, config = tmp_path / "calls", tmp_path / "config" / "tcpview-tui"
    config.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as rdap, socket.socket(type=socket.SOCK_DGRAM) as names:
        names.bind(("127.0.0.1", 0))
        (web, port), (_, name_port) = rdap.getsockname(), names.getsockname()
        settings = f'[lookup]\nrdap_url = "http://{web}:{port}"\ndns_server = "127.0.0.1:{name_port}"\n'
        (config / "config.toml").write_text(settings)
        with audited(tmp_path, log) as terminal:
            terminal.shows(REMOTE, "i: more")
            terminal.send("n")
            terminal.until(lambda: f", {name_port})" in log.read_text(), "a question for a name")
            terminal.send("w")
            terminal.shows("Whois: first use")
            terminal.send("\t\r")
            terminal.until(lambda: f", {port})" in log.read_text(), "a question to a registry")
            leave(terminal)


def traceable() -> bool:
    """Whether strace(1) is here and may watch."""
    if not shutil.which("strace"):
        return False
    return not subprocess.run([*TRACE, "/dev/null", "true"], capture_output=True, check=False).returncode


traced = pytest.mark.skipif(not traceable(), reason="needs strace(1), and the right to use it")


def addressed(log: Path) -> list[str]:
    """Whom a traced program has sent something, or connected to."""
    return SENT.findall(log.read_text())


@traced
@pytest.mark.parametrize(("family", "address"), [("AF_INET", "127.0.0.1"), ("AF_INET6", "::1")])
def test_an_address_is_found_in_a_trace(tmp_path: Path, family: str, address: str) -> None:
    log, code = tmp_path / "calls", f"import socket as s; s.socket(s.{family}, 2).sendto(b'', ({address!r}, 9))"
    subprocess.run([*TRACE, str(log), sys.executable, "-c", code], check=False, capture_output=True)
    assert addressed(log) == [address]


@traced
def test_offline_its_system_calls_address_nobody(tmp_path: Path) -> None:
    log, machine = tmp_path / "calls", Machine(tmp_path, Line(1, remote=REMOTE))
    with Terminal((*TRACE, str(log), *machine.argv, "--offline"), tmp_path, (100, 30), env=KEYS) as terminal:
        ask_all(terminal)
    assert "+++ exited with 130 +++" in log.read_text()
    assert addressed(log) == []


@traced
def test_offline_neither_do_those_of_looks_at_this_machine(tmp_path: Path) -> None:
    log = tmp_path / "calls"
    with Terminal((*TRACE, str(log), *PROGRAM, "--offline"), tmp_path, (100, 30)) as terminal:
        terminal.shows("LIVE", "i: more")
        terminal.send("n")
        terminal.shows("Names: on. --offline")
        judge(terminal)
        leave(terminal)
    assert "SOCK_DIAG_BY_FAMILY" in log.read_text() or sys.platform != "linux"
    assert [each for each in addressed(log) if not is_loopback(each)] == []
