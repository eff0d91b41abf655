"""The real ``sqlite3`` command opens a recording and answers the questions of its description."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tcpview_tui.model.connection import Endpoint, State
from tcpview_tui.record.event import Changed, Closed, Event, Opened
from tests.record.streams import CALL, CURL, EVERYTHING, HERE
from tests.record.tapes import DIGEST, HOSTILE, everything, hostile, taped

DESCRIPTION = Path(__file__).parents[2] / "RECORDING.md"
QUESTIONS = re.findall(r"```sql\n(.*?)```", DESCRIPTION.read_text(encoding="utf-8"), re.DOTALL)
SQLITE = shutil.which("sqlite3")

pytestmark = pytest.mark.skipif(SQLITE is None, reason="needs the sqlite3 command")


def ask(path: Path, question: str) -> list[dict[str, Any]]:
    command = [str(SQLITE), "-readonly", "-bail", "-json", str(path), question]
    answer = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return json.loads(answer) if answer.strip() else []


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_questions_of_the_description_have_answers(tmp_path: Path, question: str) -> None:
    assert isinstance(ask(everything(tmp_path), question), list)


def test_it_is_whole_and_has_every_event_with_its_time(tmp_path: Path) -> None:
    path = everything(tmp_path)
    assert ask(path, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    told = ask(path, "SELECT at, kind FROM happened ORDER BY id")
    assert len(told) == len(EVERYTHING)
    assert told[2] == {"at": "2026-01-01T00:00:00.123Z", "kind": "opened"}
    assert {"name": "curl", "sha256": DIGEST} in ask(path, "SELECT name, sha256 FROM process")


def test_the_view_shows_a_connection_as_each_event_tells_of_it(tmp_path: Path) -> None:
    query = replace(CALL, key=1, transport="udp", state=State.NONE, remote=None, owners=())
    asking = replace(query, remote=Endpoint("2001:db8::7", 53), local=Endpoint("10.0.0.6", 50001), owners=(CURL,))
    events: list[Event] = [Opened(HERE, query), Changed(HERE, asking), Changed(HERE, query), Closed(HERE, 1, (CURL,))]
    told = ask(
        taped(tmp_path / "a.tcpview", events), "SELECT local, local_port, remote, remote_port, processes FROM happened"
    )
    quiet, talks = ("10.0.0.5", 50000, None, None, None), ("10.0.0.6", 50001, "2001:db8::7", 53, "curl (4242)")
    assert [tuple(each.values()) for each in told] == [quiet, talks, quiet, (*quiet[:4], "curl (4242)")]


def test_the_view_shows_who_had_a_connection_before_anybody_looked(tmp_path: Path) -> None:
    brief = replace(CALL, key=1, owners=(), state=State.TIME_WAIT, past_owners=(CURL,))
    open_ = replace(CALL, key=2)
    events: list[Event] = [
        Opened(HERE, brief),
        Opened(HERE, open_),
        Changed(HERE, replace(open_, owners=(), past_owners=(CURL, replace(CURL, pid=7)))),
        Opened(HERE, replace(open_, key=3, owners=())),
        *(Closed(HERE, key) for key in (1, 2, 3)),
    ]
    told = ask(taped(tmp_path / "a.tcpview", events), "SELECT kind, connection, processes FROM happened ORDER BY id")
    curl = "curl (4242)"
    assert [tuple(each.values()) for each in told] == [
        ("opened", 1, curl),
        ("opened", 2, curl),
        ("changed", 2, f"{curl}, curl (7)"),
        ("opened", 3, None),
        ("closed", 1, curl),
        ("closed", 2, curl),
        ("closed", 3, None),
    ]


def test_hostile_names_come_back_exactly(tmp_path: Path) -> None:
    told = ask(hostile(tmp_path), "SELECT name, user, command_line FROM process ORDER BY pid")
    assert told == [{"name": text, "user": text, "command_line": text} for text in HOSTILE]
