"""What the rules find of labelled scenarios, and what they mark that is normal: `python -m tests.benchmarks.recall`.

Needs root, for a network namespace and packet sockets. With `--json` the outcomes are printed for a program.
"""

from __future__ import annotations

import json
import sys

from tests.benchmarks.network import is_own, own_network
from tests.benchmarks.report import Figure, show
from tests.findings.scenario import SCENARIOS, Outcome, outcome
from tests.findings.stage import addresses


def figures(outcomes: list[Outcome]) -> list[Figure]:
    played = [each for each in outcomes if not each.absent]
    bad, normal = [each for each in played if each.expected], [each for each in played if not each.expected]
    found = sum(len(set(each.expected) & set(each.marked)) for each in bad)
    return [
        Figure("recall: expected findings that were made", found / sum(len(each.expected) for each in bad) * 100, "%"),
        Figure("normal scenarios that were marked", sum(bool(each.marked) for each in normal), f"of {len(normal)}", 0),
        Figure("normal scenarios of which something low was told", sum(bool(each.low) for each in normal), ""),
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
    for each in outcomes:
        told = f"marked: {_words(each.marked)}; low: {_words(each.low)}"
        print(f"{each.name:<46}expected: {_words(each.expected)}; {each.absent or told}")
    show("The labelled scenarios", figures(outcomes))


def _words(rules: list[str]) -> str:
    return ", ".join(rules) or "-"


if __name__ == "__main__":
    main(*sys.argv[1:])
