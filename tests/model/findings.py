"""Findings for tests, and what a row is joined with when it has some."""

from __future__ import annotations

from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.rule import Severity
from tcpview_tui.model.columns import Context
from tcpview_tui.model.row import Row


def make_finding(severity: Severity = Severity.HIGH, rule: str = "deleted-exe", title: str = "deleted") -> Finding:
    return Finding(rule, title, severity, "It was found.", "", None, "sshd (100)", 1000.0)


def found(row: Row, *findings: Finding, **facts: object) -> Context:
    """Return what says these findings, the gravest first, of `row` and of no other; `facts` are others of `Context`."""
    return Context(findings=lambda asked: findings if asked is row else (), **facts)  # type: ignore[arg-type]
