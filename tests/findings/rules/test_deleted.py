"""Executables that are gone, and those that only look so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tcpview_tui.findings.evidence import Contact, Evidence, Executable, File, Unread
from tcpview_tui.findings.rule import Hit, Severity
from tcpview_tui.sources.packages.answers import NotOwned, Owner, Ownership
from tcpview_tui.sources.packages.provenance import Provenance
from tests.fakes import EPOCH
from tests.sources.net import linux

pytestmark = linux
OWNER = Owner("worker", "dpkg", "2")
if sys.platform == "linux":
    from tcpview_tui.findings.rules.deleted import DELETED_EXE
    from tests.findings.processes import (
        SHM,
        contact,
        copied,
        evidence_of,
        folder,
        judge,
        marked,
        refused,
        shm,
        sleeping,
    )


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


@pytest.fixture
def replaced(program: Path) -> Iterator[Evidence]:
    """A program that runs on after another one was put in its place."""
    with sleeping(program) as pid:
        copied("cat", program.with_name("worker.dpkg-new")).replace(program)
        yield evidence_of(pid)


@pytest.mark.parametrize(
    ("owner", "intact", "severity", "sentence", "against"),
    [
        (OWNER, True, Severity.LOW, "as worker 2 (dpkg) brought it", "upgrade"),
        (OWNER, False, None, "it is not as worker 2 (dpkg) brought it", "In the middle of an upgrade"),
        (OWNER, Unread("too large"), Severity.MEDIUM, "belongs to worker 2 (dpkg)", "compared: too large."),
        (NotOwned(("dpkg",)), None, Severity.MEDIUM, "which no package owns", "update themselves"),
        (Unread("No database."), None, Severity.MEDIUM, "was replaced", "not known: No database."),
    ],
)
def test_a_replaced_one_weighs_as_what_has_its_place(
    replaced: Evidence, owner: Ownership, intact: bool | None, severity: Severity | None, sentence: str, against: str
) -> None:
    hit = found(replace(replaced, successor=Provenance("/home/worker", owner, intact)))
    assert hit.severity is severity
    assert "was replaced" in hit.sentence
    assert sentence in hit.sentence
    assert against in hit.against


@pytest.mark.parametrize("intact", [True, Unread("too large")])
@pytest.mark.parametrize(
    ("installed", "is_explained"), [(999.0, False), (999.9, False), (1_000.0, True), (1_060.5, True), (None, True)]
)
def test_a_package_from_before_its_start_brought_nothing(
    replaced: Evidence, intact: bool | Unread, installed: float | None, is_explained: bool
) -> None:
    origin = Provenance("/usr/sbin/worker", OWNER._replace(installed=installed), intact)
    hit = found(replace(replaced, process=replace(replaced.process, started=1_000.25), successor=origin))
    assert (hit.severity is None) is not is_explained  # the rule's own, high
    assert ("was installed before the process started" in hit.sentence) is not is_explained


def found(evidence: Evidence) -> Hit:
    answer = DELETED_EXE.check(evidence)
    assert isinstance(answer, Hit)
    return answer


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("/usr/sbin/sshd", Severity.LOW),
        ("/usr/local/sbin/sshd", Severity.MEDIUM),
        ("/opt/worker", Severity.MEDIUM),
        ("/tmp/worker", Severity.MEDIUM),
    ],
)
def test_where_no_database_is_read_only_the_directories_of_packages_speak_of_an_upgrade(
    replaced: Evidence, path: str, severity: Severity
) -> None:
    assert found(replace(replaced, successor=Provenance(path, Unread("No database.")))).severity is severity


def at(evidence: Evidence, path: str, uid: int) -> Evidence:
    """The same, of files of that user."""
    exe = evidence.executable
    assert isinstance(exe, Executable)
    assert isinstance(exe.file, File)
    assert isinstance(exe.present, File)
    file, present = exe.file._replace(owner=uid), exe.present._replace(owner=uid)
    return replace(
        evidence,
        executable=replace(exe, path=path, file=file, present=present),
        uid=uid,
        successor=Provenance(path, NotOwned(("dpkg",))),
    )


@pytest.mark.parametrize(
    ("path", "uid", "public", "severity"),
    [
        ("/home/ada/shop/target/debug/server", 1000, False, Severity.LOW),
        ("/home/ada/shop/target/debug/server", 1000, True, Severity.MEDIUM),
        ("/home/ada/shop/target/debug/server", 0, False, Severity.MEDIUM),
        ("/usr/local/sbin/sshd", 0, False, Severity.MEDIUM),
        ("/opt/agent/agent", 1000, False, Severity.MEDIUM),
    ],
)
def test_a_developer_may_build_anew_what_stays_in_the_house(
    replaced: Evidence, path: str, uid: int, public: bool, severity: Severity
) -> None:
    talks = replace(replaced, contacts=(Contact("192.0.2.7", 443, EPOCH, public),))
    assert found(at(talks, path, uid)).severity is severity


def test_what_another_user_put_there_is_no_rebuild(replaced: Evidence) -> None:
    evidence = at(replaced, "/home/ada/server", 1000)
    exe = evidence.executable
    assert isinstance(exe, Executable)
    assert isinstance(exe.present, File)
    other = replace(exe, present=exe.present._replace(owner=0))
    assert found(replace(evidence, executable=other)).severity is Severity.MEDIUM


def test_a_plain_file_in_its_place_is_no_upgrade(program: Path) -> None:
    with sleeping(program) as pid:
        program.unlink()
        program.touch()
        hit = marked(DELETED_EXE, pid)
    assert hit.severity is None
    assert "what has its name now is no program" in hit.sentence


def test_rpm_puts_the_old_file_aside_first(program: Path) -> None:
    aside = program.with_name("worker;5f3a9b1c")
    program.rename(aside)
    with sleeping(aside) as pid:
        copied("cat", program)
        aside.unlink()
        assert "was replaced" in marked(DELETED_EXE, pid).sentence


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
