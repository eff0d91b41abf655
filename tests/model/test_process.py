from __future__ import annotations

from tcpview_tui.findings.programs import has_purpose
from tcpview_tui.respond.plan import Descendant
from tcpview_tui.sources.proctable import Entry
from tests.model.rows import make_process


def test_a_process_is_spelled_alike_wherever_it_is_known_from() -> None:
    known, child, listed = make_process("curl", 42), Descendant(42, "curl", 1.0, 1), Entry(42, 1, "curl", 1.0)
    assert known.label == child.label == str(listed) == "curl (42)"


def test_a_process_without_a_name_has_words_too() -> None:
    assert make_process("", 7).label == "without name (7)"


def test_a_program_stays_the_same_when_its_file_is_gone() -> None:
    there = make_process("bash", 7, executable="/usr/bin/bash")
    gone = make_process("bash", 7, executable="/usr/bin/bash (deleted)")
    assert there.program == gone.program == "/usr/bin/bash"
    assert make_process("bash", 7).program is None
    assert not has_purpose(gone)
