"""What each part may import, each proved in a Python of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

IMPORT_ALL = """
import importlib, json, pkgutil, sys
names = []
for package in sys.argv[1:]:
    names.append(package)
    module = importlib.import_module(package)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), package + "."):
        names.append(found.name)
        importlib.import_module(found.name)
print(json.dumps([names, sorted({name.partition(".")[0] for name in sys.modules})]))
"""
AS_ELSEWHERE = """
import os, sys
import pathlib, psutil, socket, subprocess, tempfile
sys.platform = sys.argv[1]
for name in sys.argv[2].split():
    sys.modules[name] = None
if sys.platform == "win32":
    del os.geteuid, os.sysconf
from tcpview_tui.sources.psutil_source import PsutilSource
own = socket.create_server(("127.0.0.1", 0))
rows = PsutilSource().read().connections.values()
(row,) = [row for row in rows if row.local.port == own.getsockname()[1]]
print([owner.pid for owner in row.owners] == [os.getpid()], row.owners[0].name == psutil.Process().name())
"""
RUN = """
import json, sys
from tcpview_tui import cli
try:
    cli.main()
except SystemExit as end:
    print(json.dumps([end.code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""
RUN_IN_FULL = RUN.replace('name.partition(".")[0]', "name")
HEAVY = {"textual", "rich", "ipwhois", "dns"}


def imported(*packages: str) -> tuple[list[str], set[str]]:
    """Import packages with all their modules; return these, and the top-level names of everything that was loaded."""
    names, loaded = json.loads(python(IMPORT_ALL, *packages))
    return names, set(loaded)


def python(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize("part", ["model", "sources", "respond", "record", "lookup", "findings", "judging"])
def test_the_core_knows_no_terminal(part: str) -> None:
    names, loaded = imported(f"tcpview_tui.{part}")
    assert len(names) > 2
    assert loaded & {"textual", "rich"} == set()


@pytest.mark.parametrize("part", ["model", "sources", "respond", "record", "findings", "judging"])
def test_the_core_sends_no_questions(part: str) -> None:
    assert imported(f"tcpview_tui.{part}")[1] & {"ipwhois", "dns", "urllib3", "requests"} == set()


def test_the_command_line_loads_nothing_heavy() -> None:
    assert imported("tcpview_tui.cli")[1] & HEAVY == set()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["close", "state:bogus", "--yes"], 2),
        (["close", "rport:1", "--yes"], 1),
        (["close"], 2),
        (["list"], 0),
        (["list", "--format", "html"], 0),
        (["list", "--format", "jsonl", "--columns", "pid"], 2),
    ],
)
def test_a_headless_command_loads_nothing_heavy(arguments: list[str], status: int) -> None:
    code, loaded = json.loads(python(RUN, *arguments).splitlines()[-1])
    assert code == status
    assert set(loaded) & HEAVY == set()


def test_a_list_loads_the_rules_when_it_judges_and_not_before() -> None:
    rules = {"tcpview_tui.findings.table", "tcpview_tui.judging.bench", "tcpview_tui.judging.works"}
    for arguments, expected in ((["list"], set()), (["list", "--filter", "is:suspicious"], rules)):
        code, modules = json.loads(python(RUN_IN_FULL, *arguments).splitlines()[-1])
        assert code == 0
        assert rules & set(modules) == expected
        assert HEAVY & set(modules) == set()


def test_the_probe_sees_what_is_loaded() -> None:
    assert {"textual", "rich"} <= imported("tcpview_tui.tui.app")[1]


@pytest.mark.parametrize(
    ("system", "missing"),
    [("win32", "pwd grp fcntl resource termios tty pty curses readline"), ("darwin", "winreg msvcrt")],
)
def test_the_psutil_source_works_without_what_other_systems_lack(system: str, missing: str) -> None:
    assert python(AS_ELSEWHERE, system, missing) == "True True"
