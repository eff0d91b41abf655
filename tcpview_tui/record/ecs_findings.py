"""What the rules have found, in the names of ECS: `rule` and `threat.technique`, and all sentences under `tcpview`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcpview_tui.record.timestamp import timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.findings.finding import Finding, Unchecked


def rules(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the rule of the gravest finding, which is the first (`rule` is one in ECS), and all their techniques."""
    if not findings:
        return {}
    gravest = findings[0]
    techniques = list(dict.fromkeys(finding.technique for finding in findings if finding.technique))
    return {
        "rule": {"id": gravest.rule, "name": gravest.title, "version": str(gravest.version)},
        "threat": {"technique": {"id": techniques or None}},
    }


def told(findings: Sequence[Finding]) -> list[dict[str, Any]] | None:
    """Return each finding whole; `None` when there is none."""
    return [_told(finding) for finding in findings] or None


def unchecked(answers: Sequence[Unchecked]) -> list[dict[str, Any]] | None:
    """Return what could not be checked, by which rules and why; `None` when there is nothing."""
    return [{"rules": each.rules, "reason": each.reason, "about": each.name} for each in answers] or None


def _told(finding: Finding) -> dict[str, Any]:
    document = {
        "rule": finding.rule,
        "version": finding.version,
        "title": finding.title,
        "severity": finding.severity.label,
        "technique": finding.technique,
        "sentence": finding.sentence,
        "against": finding.against,
        "about": finding.name,
        "since": timestamp(finding.since),
        "sha256": finding.digest,
        "unit": finding.unit,
    }
    return {name: value for name, value in document.items() if value not in (None, "")}
