import errno
import os
import threading
from pathlib import Path

import pytest

from tcpview_tui.findings import alone, silences
from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.rule import Severity
from tcpview_tui.findings.silences import Silence, Silences
from tests.fakes import EPOCH
from tests.findings.processes import as_nobody

DIGEST = "ab" * 32


def finding(
    rule: str = "deleted-exe", subject: object = 1, digest: str | None = DIGEST, unit: str | None = None
) -> Finding:
    return Finding(rule, "Title", Severity.HIGH, "found", "", subject, "curl (1)", EPOCH, digest, unit)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "silences.json"


def test_one_of_this_run_is_of_one_rule_and_one_subject_and_can_be_undone(file: Path) -> None:
    kept = Silences(file)
    kept.hush(finding())
    assert kept.hides(finding())
    assert not kept.hides(finding("other"))
    assert not kept.hides(finding(subject=2))
    assert (kept.undo(), kept.undo(), kept.hides(finding())) == (True, False, False)
    assert not file.exists()


def test_a_program_is_silent_for_good_whoever_runs_it(file: Path) -> None:
    assert Silences(file).hush_program(finding(unit="a.service")) is None
    kept = Silences(file)
    assert kept.hides(finding(subject=77))
    assert not kept.hides(finding("other"))
    assert not kept.hides(finding(digest="cd" * 32, unit="a.service"))
    assert not kept.hides(finding(digest=None))
    assert kept.lasting == (Silence("deleted-exe", DIGEST, None, "curl (1)"),)


def test_a_unit_is_silent_for_good_whatever_it_runs(file: Path) -> None:
    assert Silences(file).hush_unit(finding(unit="a.service")) is None
    kept = Silences(file)
    assert kept.hides(finding(digest=None, unit="a.service"))
    assert not kept.hides(finding(unit=None))


def test_what_is_not_known_cannot_be_silenced_for_good(file: Path) -> None:
    kept = Silences(file)
    assert "hash" in (kept.hush_program(finding(digest=None)) or "")
    assert "unit" in (kept.hush_unit(finding()) or "")
    assert not file.exists()


def test_without_a_file_it_holds_for_this_run() -> None:
    kept = Silences(None)
    assert kept.hush_program(finding()) is None
    assert kept.hides(finding(subject=2))


def test_the_file_is_this_users_and_readable(file: Path) -> None:
    Silences(file).hush_program(finding())
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert '  "silences"' in file.read_text()


def test_hostile_texts_are_made_safe(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"silences": [{"rule": "a\\u001b[2J", "unit": "b\\u202e", "name": "c\\u0007"}]}')
    (kept,) = Silences(file).lasting
    assert not any(sign in f"{kept.rule}{kept.unit}{kept.name}" for sign in "\x1b\u202e\x07")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"silences": [{"rule": 5}]}', b'{"silences": {"a": 1}}', b"\xff\xfe", b"[" * 100_000],
)
def test_a_damaged_file_silences_nothing_and_is_left_as_it_is(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    kept = Silences(file)
    assert "is not read, so nothing of it is silent" in (kept.problem or "")
    assert not kept.hides(finding())
    why = kept.hush_program(finding())
    assert why is not None
    assert "this run only" in why
    assert kept.hides(finding())
    assert file.read_bytes() == content


def test_a_file_that_was_mended_is_no_problem_any_more(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"{")
    kept = Silences(file)
    file.write_bytes(b'{"silences": [{"rule": "mine", "unit": "a.service"}]}')
    assert kept.hush_program(finding()) is None
    assert kept.problem is None
    assert kept.hides(finding("mine", unit="a.service"))


def test_a_file_that_is_too_long_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silences, "_LIMIT", 200)
    kept = Silences(file)
    told = [kept.hush_program(finding(digest=f"{number:064x}")) for number in range(4)]
    assert told[0] is None
    assert "longer than" in (told[-1] or "")
    assert Silences(file).problem is None


def test_a_place_that_cannot_be_written_to_makes_it_last_for_this_run(file: Path) -> None:
    file.parent.mkdir(mode=0o755)
    file.parent.chmod(0o555)
    file.parent.parent.chmod(0o755)
    kept = Silences(file)
    with as_nobody():
        why = kept.hush_program(finding())
    assert "is silent in this run only" in (why or "")
    assert kept.problem == why
    assert kept.hides(finding())


def test_a_link_is_not_followed(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    target = tmp_path / "target"
    target.write_text('{"silences": [{"rule": "deleted-exe", "unit": "a.service"}]}')
    file.symlink_to(target)
    kept = Silences(file)
    assert "links are not followed" in (kept.problem or "")
    assert not kept.hides(finding(unit="a.service"))
    kept.hush_program(finding())
    assert (file.is_symlink(), "ab" in target.read_text()) == (True, False)


def test_programs_that_write_at_once_lose_nothing(file: Path) -> None:
    begin = threading.Barrier(6)

    def write(number: int) -> None:
        kept = Silences(file)
        begin.wait()
        for each in range(3):
            assert kept.hush_program(finding(digest=f"{number * 10 + each:064x}")) is None

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Silences(file).lasting) == 18


def test_one_that_somebody_took_out_of_the_file_does_not_come_back(file: Path) -> None:
    Silences(file).hush_program(finding("old"))
    kept = Silences(file)
    file.write_bytes(b"{}")
    kept.hush_program(finding("new"))
    assert [each.rule for each in Silences(file).lasting] == ["new"]


@pytest.mark.skipif(os.name == "nt", reason="no flock")
def test_who_waits_too_long_for_another_gives_up(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "PATIENCE", 0.0)
    kept = Silences(file)
    file.parent.mkdir()
    with alone.alone(file.parent):
        assert os.strerror(errno.EWOULDBLOCK) in (kept.hush_program(finding()) or "")
    assert kept.hush_program(finding()) is None


@pytest.mark.parametrize("rule", ["shell-on-socket", "shell-behind-connection"])
def test_what_a_shell_is_used_for_is_never_silent_for_good(file: Path, rule: str) -> None:
    kept = Silences(file)
    assert "in this run only" in (kept.hush_program(finding()._replace(rule=rule)) or "")
    assert kept.lasting == ()
