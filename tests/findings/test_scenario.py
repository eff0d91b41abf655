"""All that the labelled scenarios should have found is found, nothing normal is marked, and no rule is left out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.findings.rule import Rule
from tcpview_tui.findings.table import RULES
from tests.sources.net import linux
from tests.sources.test_namespaces import ip, root

if TYPE_CHECKING:
    from tests.findings.scenario import Scenario

if sys.platform == "linux":
    from tests.findings.scenario import SCENARIOS, UNPLAYED, Outcome
else:
    SCENARIOS = ()

pytestmark = linux

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """What came of each, in a network namespace where nothing else is."""
    command = (sys.executable, "-m", "tests.benchmarks.recall", "--json")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert not done.returncode, done.stderr
    return {each.name: each for each in (Outcome(*told) for told in json.loads(done.stdout))}


@root
@ip
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_what_is_played_is_found_and_what_is_normal_stays_unmarked(
    outcomes: dict[str, Outcome], scenario: Scenario
) -> None:
    outcome = outcomes[scenario.name]
    if outcome.absent:
        pytest.skip(outcome.absent)
    assert set(outcome.found) >= scenario.expected
    assert scenario.expected or not outcome.found


@pytest.mark.parametrize("rule", RULES, ids=lambda each: each.id)
def test_every_rule_is_played_for_real_and_has_a_normal_twin_or_it_says_why_not(rule: Rule[object]) -> None:
    played = [each for each in SCENARIOS if rule.id in each.expected]
    assert any(not each.made_up for each in played) or rule.id in UNPLAYED
    assert any(rule.id in each.twin_of for each in SCENARIOS)


def test_what_is_said_to_be_unplayed_is_a_rule_that_is() -> None:
    real = {rule for each in SCENARIOS if not each.made_up for rule in each.expected}
    assert UNPLAYED.keys() <= {rule.id for rule in RULES} - real


def test_a_scenario_names_rules_that_there_are() -> None:
    assert len({each.name for each in SCENARIOS}) == len(SCENARIOS)
    ids = {rule.id for rule in RULES}
    assert all((each.expected or each.twin_of) and each.expected | each.twin_of <= ids for each in SCENARIOS)
