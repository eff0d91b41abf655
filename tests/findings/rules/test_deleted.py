"""Executables that are gone, and those that only look so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tcpview_tui.findings.rule import Severity
from tests.sources.net import linux

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.rules.deleted import DELETED_EXE
    from tests.findings.processes import SHM, contact, copied, folder, judge, marked, refused, shm, sleeping


@pytest.fixture
def program() -> Iterator[Path]:
    with folder() as place:
        yield copied("sleep", place / "worker")


@shm
def test_a_program_that_deleted_itself_is_marked_with_when_and_whom_it_called() -> None:
    with folder(SHM, ".x") as place, sleeping(copied("sleep", place / "worker")) as pid:
        (place / "worker").unlink()
        hit = marked(DELETED_EXE, pid, contact(pid), contact(pid, 2.0, "192.0.2.1", public=False))
    assert hit.sentence.startswith(f"started from {place}/worker, deleted since ")
    assert hit.sentence.endswith("; seen connected to 203.0.113.7:4444 9 s after its start, and to 1 other remote end")
    assert hit.severity is None
    assert DELETED_EXE.severity is Severity.HIGH


def test_one_that_is_there_is_not(program: Path) -> None:
    with sleeping(program) as pid:
        assert judge(DELETED_EXE, pid) is None


def test_an_upgrade_is_low_and_says_so(program: Path) -> None:
    with sleeping(program) as pid:
        copied("cat", program.with_name("worker.dpkg-new")).replace(program)
        hit = marked(DELETED_EXE, pid)
    assert hit.severity is Severity.LOW
    assert "was replaced" in hit.sentence
    assert "upgrade" in hit.against


def test_a_plain_file_in_its_place_is_no_upgrade(program: Path) -> None:
    with sleeping(program) as pid:
        program.unlink()
        program.touch()
        hit = marked(DELETED_EXE, pid)
    assert hit.severity is None
    assert "what has its name now is no program" in hit.sentence


def test_so_is_one_of_rpm_which_puts_the_old_file_aside_first(program: Path) -> None:
    aside = program.with_name("worker;5f3a9b1c")
    program.rename(aside)
    with sleeping(aside) as pid:
        copied("cat", program)
        aside.unlink()
        assert marked(DELETED_EXE, pid).severity is Severity.LOW


@shm
def test_a_file_put_in_its_place_makes_no_upgrade_where_everybody_may_write() -> None:
    with folder(SHM) as place, sleeping(copied("sleep", place / "x")) as pid:
        (place / "x").unlink()
        copied("cat", place / "x")
        assert marked(DELETED_EXE, pid).severity is Severity.MEDIUM


def test_a_file_that_is_called_deleted_is_not(program: Path) -> None:
    with sleeping(program.rename(program.with_name("x (deleted)"))) as pid:
        assert judge(DELETED_EXE, pid) is None
        program.with_name("x (deleted)").unlink()
        assert f"started from {program.parent}/x (deleted), deleted" in marked(DELETED_EXE, pid).sentence


def test_a_file_whose_name_was_put_back_is_not(program: Path) -> None:
    other = program.with_name("other")
    with sleeping(program) as pid:
        other.hardlink_to(program)
        program.unlink()
        assert "since" not in marked(DELETED_EXE, pid).sentence  # the file is there, so that nobody tells when
        other.rename(program)
        assert judge(DELETED_EXE, pid) is None


def test_a_hostile_path_is_harmless(program: Path) -> None:
    hostile = program.rename(program.with_name("\x1b]52;c;QQ==\x07[red]\n"))
    with sleeping(hostile) as pid:
        hostile.unlink()
        sentence = marked(DELETED_EXE, pid).sentence
    assert "\\x1b]52;c;QQ==\\x07[red]\\x0a, deleted" in sentence
    assert sentence.isprintable()


def test_who_may_not_look_says_so() -> None:
    assert refused(DELETED_EXE).reason == "not permitted: /proc/1/exe is readable by its user and root only"
