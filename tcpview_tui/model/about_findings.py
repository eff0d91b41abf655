"""What the rules say of a row, and what they could not check: sections for those who look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcpview_tui.findings.rule import MARKED
from tcpview_tui.model.facts import Fact, Section, fact
from tcpview_tui.text import count, local_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tcpview_tui.findings.finding import Finding, Unchecked
    from tcpview_tui.findings.rule import Rule

    Rules = Mapping[str, Rule[Any]]

_SENTENCE = 4
"""Lines of a pane that a sentence takes at most."""

_NOTHING_AGAINST = "nothing in this case that the rule knows of"

_TECHNIQUES = "https://attack.mitre.org/techniques/"
"""Where MITRE ATT&CK explains a technique; one that is part of another, T1070.004, stands at T1070/004."""


def about_findings(findings: Sequence[Finding]) -> tuple[Section, ...]:
    """Return a section of all findings in their order, or none, so that rows without findings begin with their facts.

    It belongs before the facts: a small pane shows little more than the first of it.
    """
    facts = tuple(each for finding in findings for each in _told(finding))
    return (Section(f"Findings ({len(findings)})", facts),) if findings else ()


def _told(finding: Finding) -> tuple[Fact, ...]:
    against = finding.against or _NOTHING_AGAINST
    return (
        Fact(finding.severity.label, finding.title, head="grave" if finding.severity >= MARKED else "light"),
        Fact("Evidence", finding.sentence, lines=_SENTENCE, prose=True),
        Fact("Against", against, quiet=not finding.against, lines=_SENTENCE, prose=True),
    )


def about_unchecked(unchecked: Sequence[Unchecked], rules: Rules) -> tuple[Section, ...]:
    """Return a section of what could not be checked, each reason once with the rules that it holds for, or none."""
    by_reason: dict[str, dict[str, None]] = {}
    for each in unchecked:
        by_reason.setdefault(each.reason, {}).update((title_of(rule, rules), None) for rule in each.rules)
    facts = tuple(
        Fact(count(len(titles), "rule"), f"{', '.join(titles)}: {reason}", quiet=True, lines=_SENTENCE, prose=True)
        for reason, titles in by_reason.items()
    )
    return (Section(f"Not checked ({sum(len(each.rules) for each in unchecked)})", facts),) if facts else ()


def explained(finding: Finding, rules: Rules) -> tuple[Fact, ...]:
    """Return all that there is to say of one finding."""
    told = (
        Fact("Found", finding.sentence),
        Fact("About", finding.name),
        Fact("Since", local_time(finding.since)),
        fact("Against", finding.against or None, _NOTHING_AGAINST),
    )
    whom = (
        fact("SHA-256", finding.digest, "not known, or that of a program that runs whatever it is told"),
        fact("Unit", finding.unit, "none known"),
    )
    return (*told, *_judged_by(finding, rules), *about_rule(finding.rule, rules), *whom)


def _judged_by(finding: Finding, rules: Rules) -> tuple[Fact, ...]:
    """Return what is to be said of another version of the rule: a recording tells what another program has found."""
    rule = rules.get(finding.rule)
    if rule is not None and rule.version == finding.version:
        return ()
    technique = f", MITRE ATT&CK {finding.technique}" if finding.technique else ""
    return (Fact("Judged by", f"version {finding.version} of the rule, which is not that of this program{technique}"),)


def about_rule(name: str, rules: Rules) -> tuple[Fact, ...]:
    """Return what is to be said of a rule by its id; little of one that is not among `rules`."""
    rule = rules.get(name)
    if rule is None:
        return (Fact("Rule", name),)
    return (
        Fact("False alarms", rule.benign),
        Fact("Reads", rule.reads),
        Fact("Technique", f"MITRE ATT&CK {rule.technique}, {_TECHNIQUES}{rule.technique.replace('.', '/')}"),
        Fact("Rule", f"{rule.id}, version {rule.version}; as a filter, finding:{rule.id}"),
    )


def title_of(name: str, rules: Rules) -> str:
    """Return the title of a rule by its id; of one that is not among `rules`, the id."""
    rule = rules.get(name)
    return rule.title if rule else name
