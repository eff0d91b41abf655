"""All that the labelled scenarios should have found is found, and nothing normal is marked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sources.net import linux
from tests.sources.test_namespaces import ip, root

if TYPE_CHECKING:
    from tests.findings.scenario import Scenario

if sys.platform == "linux":
    from tests.findings.scenario import SCENARIOS, Outcome
else:
    SCENARIOS = ()

pytestmark = [linux, root, ip]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """What came of each, in a network namespace where nothing else is."""
    command = (sys.executable, "-m", "tests.benchmarks.recall", "--json")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert not done.returncode, done.stderr
    return {each.name: each for each in (Outcome(*told) for told in json.loads(done.stdout))}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_what_is_played_is_found_and_what_is_normal_stays_unmarked(
    outcomes: dict[str, Outcome], scenario: Scenario
) -> None:
    outcome = outcomes[scenario.name]
    if outcome.absent:
        pytest.skip(outcome.absent)
    assert set(outcome.marked) >= scenario.expected
    assert scenario.expected or not outcome.marked
