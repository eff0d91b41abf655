"""The example of a systemd unit: our command line takes its options, and its rights are enough to see everything."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
import subprocess
import sys
from configparser import ConfigParser
from contextlib import closing
from pathlib import Path

import pytest

from tcpview_tui.record.series import Series
from tests.sources.net import PATIENCE, linux, python, root

UNIT = Path(__file__).parent.parent / "contrib" / "tcpview-tui-record.service"

LISTEN = """
import ctypes, os, socket, sys
os.setgroups([])
os.setresgid(65534, 65534, 65534)
os.setresuid(65534, 65534, 65534)
ctypes.CDLL(None).prctl(4, 1)
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
sys.stdin.read()
"""
"""Listens as nobody. PR_SET_DUMPABLE (4, prctl(2)): /proc/PID is his, too, as that of any process of his."""


@pytest.fixture
def service() -> dict[str, str]:
    parser = ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return dict(parser["Service"])


def command(service: dict[str, str], folder: Path) -> list[str]:
    program, *options = shlex.split(service["ExecStart"].replace(f"%S/{service['StateDirectory']}", str(folder)))
    assert Path(program).name == "tcpview-tui"
    return [sys.executable, "-m", "tcpview_tui", *options, "--duration", "0"]


def ran(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_its_options_are_taken(service: dict[str, str], tmp_path: Path) -> None:
    done = ran(*command(service, tmp_path))
    assert done.returncode == 0, done.stderr
    with closing(Series(tmp_path)) as series:
        assert len(series.parts()) == 1


def test_an_option_that_is_unknown_would_be_found(service: dict[str, str], tmp_path: Path) -> None:
    done = ran(*command(service, tmp_path), "--gone")
    assert done.returncode == 2
    assert service["RestartPreventExitStatus"] == "2"


@linux
@root
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv(1)")
def test_its_rights_show_the_processes_of_others_and_their_programs(service: dict[str, str], tmp_path: Path) -> None:
    rights = ",".join(f"+{name.removeprefix('CAP_').lower()}" for name in service["CapabilityBoundingSet"].split())
    with python(LISTEN) as (_, (port,)):
        limited = ("setpriv", f"--bounding-set=-all,{rights}", "--inh-caps=-all", *command(service, tmp_path))
        done = ran(*limited)
    assert done.returncode == 0, done.stderr
    (path,) = tmp_path.glob("*.tcpview")
    with closing(sqlite3.connect(path)) as file:
        query = """SELECT process.user, length(sha256) FROM connection JOIN common ON common.id = connection.common
                   JOIN json_each(common.owners) JOIN process ON process.id = json_each.value WHERE local_port = ?"""
        assert file.execute(query, (port,)).fetchall() == [("nobody", 64)]
        refused = file.execute("SELECT body FROM happened WHERE kind = 'unseen' AND body LIKE '%processes-refused%'")
        assert refused.fetchall() == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze(1)")
def test_systemd_understands_it(service: dict[str, str], tmp_path: Path) -> None:
    program = service["ExecStart"].split()[0]
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text(encoding="utf-8").replace(program, "/bin/true"), encoding="utf-8")
    done = ran("systemd-analyze", "verify", "--man=no", str(copy))
    assert (done.returncode, done.stderr) == (0, "")
