"""Real connections between addresses that look public, in a network namespace, and a list that was planted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources.net import linux
from tests.sources.test_namespaces import ip, root

pytestmark = [linux, root, ip]

ROOT = Path(__file__).parents[2]

PLAYED = """
import json, sys, tempfile
from pathlib import Path
from tests.findings.stage import Stage, addresses, talking

addresses()
entry, *hosts = sys.argv[1:]
with tempfile.TemporaryDirectory() as made, Stage(Path(made)) as stage:
    stage.plant(entry + "\\n")
    for host in hosts:
        with talking("/bin/sleep", "600", host=host):
            stage.settle()
    told = {}
    for row in stage.table.rows.values():
        if row.owner and row.owner.name == "sleep":
            found = [each.sentence for each in stage.register.of(row) if each.rule == "listed-address"]
            told[row.connection.remote.address] = found
print(json.dumps(told))
"""
"""Says what was found of each connection by the lists, by its remote address."""


def play(entry: str, *hosts: str) -> dict[str, list[str]]:
    command = ("unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable, "-c", PLAYED)
    done = subprocess.run([*command, entry, *hosts], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert not done.returncode, done.stderr
    told: dict[str, list[str]] = json.loads(done.stdout)
    return told


def test_a_listed_address_is_found_and_its_neighbour_is_not() -> None:
    told = play("45.0.0.7", "45.0.0.7", "45.0.0.8")
    (sentence,) = told["45.0.0.7"]
    assert "planted.txt" in sentence
    assert "45.0.0.7" in sentence
    assert told["45.0.0.8"] == []


@pytest.mark.parametrize(("entry", "host"), [("127.0.0.0/8", "127.0.0.1"), ("10.0.0.0/8", "10.45.0.7")])
def test_an_entry_for_this_machine_or_a_private_network_finds_nothing(entry: str, host: str) -> None:
    told = play(f"{entry}\n45.0.0.0/24", host, "45.0.0.7")
    assert told[host] == []
    assert told["45.0.0.7"]  # the list was read, and counts
