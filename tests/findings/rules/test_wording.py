"""Whom a sentence says a process is connected to, and since when."""

from __future__ import annotations

import pytest

from tcpview_tui.findings.evidence import Claim, Contact, Evidence
from tcpview_tui.findings.rules.wording import contacted
from tcpview_tui.judging.case import Case
from tcpview_tui.model.process import Process
from tests.fakes import EPOCH
from tests.findings.workload import AGENT, outgoing

PUBLIC = Contact("203.0.113.7", 4444, EPOCH + 9, is_public=True)
EARLIER = PUBLIC._replace(at=EPOCH + 1680, preexisting=True)
NEARBY = Contact("10.0.0.9", 22, EPOCH + 2, is_public=False)


@pytest.mark.parametrize(
    ("contacts", "told"),
    [
        ((), ""),
        ((PUBLIC,), "; seen connected to 203.0.113.7:4444 9 s after its start"),
        ((NEARBY, PUBLIC), "; seen connected to 203.0.113.7:4444 9 s after its start, and to 1 other remote end"),
        ((EARLIER,), "; connected to 203.0.113.7:4444 since before the first look"),
        ((EARLIER, NEARBY), "; connected to 203.0.113.7:4444 since before the first look, and to 1 other remote end"),
    ],
)
def test_since_when_it_is_connected(contacts: tuple[Contact, ...], told: str) -> None:
    process = Process(7, EPOCH, "worker")
    evidence = Evidence(process, contacts, False, "worker", (), 0, None, Claim.NONE, (None, None, None), {}, (), 3)
    assert contacted(evidence) == told


def test_a_case_knows_which_connections_were_there_before() -> None:
    case = Case(AGENT)
    for row in (outgoing(0, preexisting=True), outgoing(5)):
        case.join(row)
    assert [(each.at, each.preexisting) for each in case.contacts()] == [(EPOCH, True), (EPOCH + 5, False)]
