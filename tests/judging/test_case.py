"""Where a program comes from is kept as long as it holds, and asked for again where it may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tcpview_tui.findings.evidence import Executable, Reading, Unread
from tcpview_tui.judging.case import Case
from tcpview_tui.sources.packages.answers import NotOwned, Owner, Ownership
from tests.fakes import CURL
from tests.judging.cases import Reads, evidence


def program(changed: float = 0.0) -> Executable:
    found = evidence(CURL, changed=changed).executable
    assert isinstance(found, Executable)
    return found


@pytest.mark.parametrize(
    ("owner", "agrees", "readings"),
    [
        (Owner("agent", "dpkg"), True, 1),
        (Owner("agent", "dpkg"), Unread("dpkg keeps no checksum of it."), 1),
        (NotOwned(("dpkg",)), True, 1),
        (Owner("agent", "dpkg"), False, 3),
        (Unread("The database cannot be read."), True, 3),
    ],
)
def test_what_is_amiss_or_could_not_be_told_is_asked_for_again(
    owner: Ownership, agrees: Reading[bool], readings: int
) -> None:
    reads, case = Reads(), Case(CURL)
    reads.owner, reads.agrees = owner, agrees
    for _ in range(3):
        found = case.provenance(reads.reader, program(), compare=True)
        assert (found.owner, found.intact) == (owner, agrees if isinstance(owner, Owner) else None)
    assert len(reads.traced) == readings


def test_another_file_and_a_comparison_that_was_not_made_are_read_anew() -> None:
    reads, case = Reads(), Case(CURL)
    reads.owner = Owner("agent", "dpkg")
    assert case.provenance(reads.reader, program(), compare=False).intact is None
    assert case.provenance(reads.reader, program(), compare=True).intact is True
    case.provenance(reads.reader, program(changed=1.0), compare=True)
    case.provenance(reads.reader, replace(program(changed=1.0), deleted=True), compare=True)
    assert (len(reads.traced), len(reads.compared)) == (4, 3)
