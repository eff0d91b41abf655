"""What the rules find of labelled scenarios, and what they mark that is normal: `python -m tests.benchmarks.recall`.

Needs root, for a network namespace and packet sockets. With `--json` the outcomes are printed for a program.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import NamedTuple

from tcpview_tui.findings.table import RULES
from tests.benchmarks.network import is_own, own_network
from tests.benchmarks.report import Figure, show
from tests.findings.scenario import SCENARIOS, UNPLAYED, Outcome, Scenario, outcome
from tests.findings.stage import addresses


class Tally(NamedTuple):
    """How many scenarios were played here that a rule should find and did, and how many of these are made up.

    `twins` are normal scenarios that look like that, `marked` those of them that it took for it.
    """

    rule: str
    played: int
    found: int
    made_up: int
    twins: int
    marked: int

    @property
    def is_real(self) -> bool:
        return self.played > self.made_up

    @property
    def lacks(self) -> str:
        """Say what there is none of, and why, if that is known beforehand."""
        if not self.is_real:
            why = UNPLAYED.get(self.rule)
            return ("only made up here" if self.played else "NOT PLAYED HERE") + (f": {why}" if why else "")
        return "" if self.twins else "NO TWIN"


def tallies(outcomes: Iterable[Outcome]) -> list[Tally]:
    """Return what came of each rule of the table."""
    came = {each.name: each for each in outcomes if not each.absent}
    played = [(each, came[each.name]) for each in SCENARIOS if each.name in came]
    return [_tally(rule.id, played) for rule in RULES]


def _tally(rule: str, played: list[tuple[Scenario, Outcome]]) -> Tally:
    meant = [(of, rule in came.found) for of, came in played if rule in of.expected]
    twins = [rule in came.found for of, came in played if rule in of.twin_of]
    found, made_up = sum(is_found for _, is_found in meant), sum(bool(of.made_up) for of, _ in meant)
    return Tally(rule, len(meant), found, made_up, len(twins), sum(twins))


def figures(outcomes: list[Outcome]) -> list[Figure]:
    played = [each for each in outcomes if not each.absent]
    bad, twins = [each for each in played if each.expected], [each for each in played if not each.expected]
    found, rules = sum(len(set(each.expected) & set(each.found)) for each in bad), f"of {len(RULES)}"
    return [
        Figure("recall: expected findings that were made", found / sum(len(each.expected) for each in bad) * 100, "%"),
        Figure("rules with a scenario that is not made up", sum(each.is_real for each in tallies(outcomes)), rules),
        Figure("normal scenarios that were marked", sum(bool(each.found) for each in twins), f"of {len(twins)}", 0),
        Figure("normal scenarios of which something low was told", sum(bool(each.low) for each in twins), ""),
    ]


def main(*arguments: str) -> None:
    own_network("tests.benchmarks.recall", *arguments)
    if not is_own():
        sys.exit("These scenarios need a network namespace of their own: run them as root, where unshare(1) is.")
    addresses()
    outcomes = [outcome(scenario) for scenario in SCENARIOS]
    if "--json" in arguments:
        print(json.dumps(outcomes))
        return
    for scenario, each in zip(SCENARIOS, outcomes, strict=True):
        told = f"found: {_words(each.found)}; low: {_words(each.low)}"
        made_up = f"; made up: {scenario.made_up}" if scenario.made_up else ""
        print(f"{each.name:<48}expected: {_words(each.expected)}; {each.absent or told}{made_up}")
    print(f"\n{'Rule':<26}{'played':>9}{'found':>9}{'made up':>9}{'twins':>9}{'marked':>9}")
    for tally in tallies(outcomes):
        rule, *numbers = tally
        print(f"{rule:<26}{''.join(f'{number:>9}' for number in numbers)}  {tally.lacks}".rstrip())
    show("The labelled scenarios", figures(outcomes))


def _words(rules: list[str]) -> str:
    return ", ".join(rules) or "-"


if __name__ == "__main__":
    main(*sys.argv[1:])
