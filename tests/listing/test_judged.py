"""`tcpview-tui list` judges: real programs that look suspicious beside normal ones, as the command tells of them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tcpview_tui import cli
from tcpview_tui.exits import FAILED
from tcpview_tui.findings.silence import Silence
from tcpview_tui.findings.silences import Silences
from tests.findings.processes import as_nobody, copied, folder
from tests.judging.test_bench import deleted_and_twin, talking
from tests.listing.test_watch import heard, watching
from tests.sources.net import PATIENCE, linux
from tests.test_cli import Said, refused

pytestmark = linux


@pytest.fixture
def pids() -> Iterator[tuple[int, int]]:
    """A program that was deleted and has a connection, and its normal twin."""
    with deleted_and_twin() as pair:
        yield pair


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a user who has no lists, no silences and no baseline."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "tcpview-tui"


def documents(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def listed(*arguments: str) -> dict[int, dict[str, Any]]:
    """The documents that it lists, by pid."""
    said = Said("list", "--format", "json", *arguments)
    assert said.status == 0
    return {each["process"]["pid"]: each for each in json.loads(said.out) if "process" in each}


def test_a_deleted_program_is_told_with_its_rule_and_its_normal_twin_is_not(pids: tuple[int, int]) -> None:
    documents = listed("--findings")
    bad, good = (documents[pid] for pid in pids)
    assert bad["rule"]["id"] == "deleted-exe"
    assert "T1070.004" in bad["threat"]["technique"]["id"]
    told = next(each for each in bad["tcpview"]["finding"] if each["rule"] == "deleted-exe")
    assert told["severity"] == "high"
    assert "updater" in told["sentence"]
    assert good.get("rule", {}).get("id") != "deleted-exe"
    assert all(each["severity"] == "low" for each in good["tcpview"].get("finding", ()))


def test_without_being_asked_it_judges_nothing(pids: tuple[int, int]) -> None:
    assert "rule" not in listed()[pids[0]]


@pytest.mark.parametrize("expression", ["is:suspicious", "finding:deleted-exe", "severity>=high", "is:Suspicious"])
def test_a_filter_for_findings_judges(pids: tuple[int, int], expression: str) -> None:
    documents = listed("--filter", expression)
    assert pids[0] in documents
    assert pids[1] not in documents


@pytest.mark.parametrize(
    ("arguments", "is_first"),
    [
        (["--findings"], True),
        (["--sort", "finding", "--columns", "pid"], True),
        (["--columns", "pid,finding"], True),
        (["--sort", "-pid", "--columns", "pid,finding"], False),
    ],
)
def test_what_is_grave_comes_first_unless_an_order_is_asked_for(
    pids: tuple[int, int], arguments: list[str], is_first: bool
) -> None:
    bad, twin = pids
    said = Said("list", "--format", "csv", "--filter", f"pid:{bad},{twin}", *arguments)
    records = list(csv.DictReader(io.StringIO(said.out, newline="")))
    assert [int(each["PID"]) for each in records] == ([bad, twin] if is_first else sorted(pids, reverse=True))
    if "pid" not in arguments:
        assert records[0 if is_first else 1 - (bad > twin)]["Finding"].startswith("Executable deleted")


def test_the_table_has_the_column_and_the_reasons_and_says_what_one_look_cannot_know(pids: tuple[int, int]) -> None:
    said = Said("list", "--findings", "--filter", f"pid:{pids[0]}")
    titles, row, blank, *reasons = said.out.splitlines()[2:]
    assert titles.endswith("Finding")
    assert "Executable deleted" in row
    assert (blank, reasons[0]) == ("", f"high: Executable deleted: updater ({pids[0]})")
    assert reasons[1].startswith("  started from ")
    assert reasons[2].startswith("  But: ")
    assert "Judged by one look" in said.err
    assert "Judged by one look" not in Said("list", "--findings", "--format", "jsonl").err


def test_what_nobody_may_look_at_is_said_in_one_line(pids: tuple[int, int]) -> None:
    command = ["list", "--findings", "--format", "jsonl"]
    CliRunner().invoke(cli.live, command, standalone_mode=False)  # loads what nobody may have no right to read
    with as_nobody():
        said = CliRunner().invoke(cli.live, command, standalone_mode=False)
    assert said.return_value == 0
    (told,) = [line for line in said.stderr.splitlines() if line.startswith("Not all could be judged: ")]
    assert "could not be checked of" in told
    gaps = {
        rule
        for told in documents(said.stdout)
        for each in told["tcpview"].get("unchecked", ())
        for rule in each["rules"]
    }
    assert {"deleted-exe", "exe-place"} <= gaps


def test_judging_that_fails_is_said_once_and_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tcpview_tui.judging.works.watches", lambda _: 1 / 0)
    said = CliRunner().invoke(cli.live, ["list", "--findings", "--format", "jsonl"], standalone_mode=False)
    assert said.return_value == FAILED
    assert said.stdout
    (told,) = [line for line in said.stderr.splitlines() if "judged" in line]
    assert told.startswith("No more is judged of everything: ")


def test_how_much_was_silenced_is_said(pids: tuple[int, int], data: Path) -> None:
    silences = Silences(data / "silences.json")
    digest = hashlib.sha256(Path(f"/proc/{pids[0]}/exe").read_bytes()).hexdigest()
    silences.keep(Silence("deleted-exe", digest, None, "updater"))
    data.mkdir()
    assert silences.save(Silence("deleted-exe", digest, None, "updater")) is None
    said = Said("list", "--findings", "--format", "jsonl", "--filter", f"pid:{pids[0]}")
    (document,) = documents(said.out)
    assert "deleted-exe" not in [each["rule"] for each in document["tcpview"].get("finding", ())]
    assert "Not told: 1 finding, silenced for good." in said.err


def test_the_baseline_that_is_named_says_what_is_new(pids: tuple[int, int], tmp_path: Path) -> None:
    assert "takes a baseline. There is none yet." in refused("list", "--filter", "is:new-to-baseline")
    known = str(tmp_path / "known.json")
    assert Said("baseline", "learn", "-o", known).status == 0
    with folder() as place, talking(copied("sleep", place / "agent")) as pid:
        new = listed("--filter", "is:new-to-baseline", "--baseline", known)
    assert pid in new
    assert not set(pids) & set(new)


def test_a_list_of_addresses_counts_at_the_first_look(data: Path) -> None:
    (data / "lists").mkdir(parents=True)
    (data / "lists" / "broken.txt").write_text("93.184.216.34\nnonsense here\n")
    said = Said("list", "--findings", "--format", "jsonl")
    assert "broken.txt" in said.err


def test_a_watch_tells_what_was_found_of_what_opens() -> None:
    with watching("--filter", "is:suspicious", "--format", "jsonl") as process, deleted_and_twin() as (pid, twin):
        documents = (json.loads(heard(process)) for _ in iter(int, 1))
        document = next(each for each in documents if each["process"]["pid"] in {pid, twin})
        assert document["process"]["pid"] == pid
        assert "deleted-exe" in [each["rule"] for each in document["tcpview"]["finding"]]
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Found beside the connections" not in said
