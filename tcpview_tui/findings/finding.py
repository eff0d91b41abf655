"""A finding: what a rule says of a process, a connection or the machine."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tcpview_tui.findings.rule import Severity

Subject = Hashable
"""What a finding is about: the identity of a process, the key of a connection, a pair of ends, a program and a network;
`None` for the machine."""


class Finding(NamedTuple):
    """A sentence with its evidence, by the rule with the id `rule` and that title; texts have passed `text.safe`.

    `name` is the subject in words, `against` what speaks against it in this case, `since` when it was found first, in
    seconds UTC. `digest` is the SHA-256 of the program that it is about and `unit` its systemd unit or container
    service, where there is one and it is known: what a silence for good holds for. `version` and `technique` (MITRE
    ATT&CK) are the rule's: who reads a record of it later may have other rules.
    """

    rule: str
    title: str
    severity: Severity
    sentence: str
    against: str
    subject: Subject
    name: str
    since: float
    digest: str | None = None
    unit: str | None = None
    version: int = 1
    technique: str = ""


class Unchecked(NamedTuple):
    """What the rules with these ids could not check of a subject, and why."""

    rules: tuple[str, ...]
    reason: str
    subject: Subject
    name: str
