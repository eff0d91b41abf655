"""What was read of a process is told with the same labels, and what could not be read with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tcpview_tui.findings.dossier import Dossier
from tcpview_tui.findings.evidence import Claim, Evidence, Executable, File, Reading, Unread
from tcpview_tui.model.about_evidence import about_evidence, about_nobody
from tcpview_tui.model.connection import State
from tcpview_tui.sources.packages.answers import NotOwned, Owner
from tcpview_tui.sources.packages.provenance import Provenance
from tests.fakes import EPOCH
from tests.model.rows import make_process, make_row

REFUSED = Unread("not permitted: it is told to its user and root only")
HERE = File(1, 2, 0o100755, 0, 1, EPOCH, EPOCH)
PROGRAM = Executable("/dev/shm/.x", deleted=True, file=HERE, present=None, capabilities=("cap_net_raw",))
SOUGHT = Evidence(
    make_process(), (), False, ".x", (".x",), 0, PROGRAM, Claim.NONE, (None, None, None), {"LD_PRELOAD": "/tmp/x.so"},
    (), 7,
)  # fmt: skip


def told(dossier: Dossier | None, *held: State) -> dict[str, str]:
    rows = [make_row(f"10.0.0.5:{1000 + number}", None, state=state) for number, state in enumerate(held)]
    return {fact.label: fact.value for section in about_evidence(dossier, rows) for fact in section.facts}


def test_all_that_was_read_is_told() -> None:
    owned = Provenance("/dev/shm/.x", Owner("x", "dpkg", "1.2"), intact=False)
    facts = told(Dossier(EPOCH, SOUGHT, owned, "ab" * 32), State.LISTEN, State.LISTEN)
    assert facts == {
        "SHA-256": "ab" * 32,
        "Program": "deleted, and nothing is at its path",
        "File caps": "cap_net_raw",
        "Package": "x 1.2 (dpkg)",
        "As packaged": "no, its checksum differs",
        "Environment": "LD_PRELOAD=/tmp/x.so",
        "Listens on": "1000, 1001",
    }


def test_what_is_normal_is_told_too() -> None:
    normal = replace(SOUGHT, executable=replace(PROGRAM, deleted=False, present=HERE, capabilities=()), loader={})
    facts = told(Dossier(EPOCH, normal, Provenance("/usr/bin/x", NotOwned(("dpkg", "rpm"))), "ab" * 32))
    assert facts["Program"] == "at its path"
    assert (facts["File caps"], facts["Package"]) == ("none", "none (asked: dpkg, rpm)")
    assert facts["Environment"] == "no LD_PRELOAD, LD_AUDIT or LD_LIBRARY_PATH"
    assert facts["Listens on"] == "nothing"
    setuid = replace(PROGRAM, deleted=False, file=HERE._replace(mode=0o104755))
    assert "setuid" in told(Dossier(EPOCH, replace(SOUGHT, executable=setuid), None, None))["Program"]
    replaced = replace(PROGRAM, present=HERE._replace(inode=9))
    assert told(Dossier(EPOCH, replace(SOUGHT, executable=replaced), None, None))["Program"].endswith("at its path")


READ = {"SHA-256", "Program", "File caps", "Package", "Environment"}


@pytest.mark.parametrize("evidence", [REFUSED, replace(SOUGHT, executable=REFUSED, loader=REFUSED)])
@pytest.mark.parametrize("provenance", [None, Provenance("", REFUSED)])
def test_why_something_could_not_be_read_is_told_of_each(
    evidence: Reading[Evidence], provenance: Provenance | None
) -> None:
    dossier = Dossier(EPOCH, evidence, provenance, None)
    facts = told(dossier)
    assert {label for label, value in facts.items() if value == REFUSED.reason} == READ
    assert all(fact.quiet for fact in about_evidence(dossier, ())[0].facts if fact.label in READ)


def test_of_facts_that_are_refused_alone_the_others_are_told() -> None:
    partly = replace(SOUGHT, executable=replace(PROGRAM, capabilities=REFUSED), loader=REFUSED)
    facts = told(Dossier(EPOCH, partly, Provenance("/usr/bin/x", Owner("x", "dpkg"), REFUSED), None))
    assert {label for label, value in facts.items() if value == REFUSED.reason} == {
        "File caps", "As packaged", "Environment",
    }  # fmt: skip
    assert facts["Package"] == "x (dpkg)"
    assert "256 MiB" in facts["SHA-256"]


def test_of_a_process_that_nobody_knows_it_is_told_that_nothing_could_be_checked() -> None:
    (fact,) = about_nobody("unknown: told to root only").facts
    assert fact.quiet
    assert fact.value.endswith("could not be checked: the process is unknown: told to root only")


def test_a_thread_of_the_kernel_has_no_program() -> None:
    kernel = told(Dossier(EPOCH, replace(SOUGHT, kernel=True, executable=None), None, None))
    assert "thread of the kernel" in kernel["Program"]
    assert told(None) == {}


def test_of_many_ports_the_first_are_listed() -> None:
    facts = told(Dossier(EPOCH, SOUGHT, None, None), *[State.LISTEN] * 20)
    assert facts["Listens on"].endswith("1011 and 8 more")
