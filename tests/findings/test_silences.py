import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings import alone, silence, silences
from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.rule import Severity
from tcpview_tui.findings.silence import Silence, of_program, of_unit
from tcpview_tui.findings.silences import Silences
from tests.fakes import EPOCH
from tests.findings.processes import as_nobody

DIGEST = "ab" * 32
BOTH: tuple[Silence, ...] = (
    Silence("deleted-exe", DIGEST, None, "curl (1)"),
    Silence("deleted-exe", None, "a.service", "curl (1)"),
)


def finding(
    rule: str = "deleted-exe", subject: object = 1, digest: str | None = DIGEST, unit: str | None = None
) -> Finding:
    return Finding(rule, "Title", Severity.HIGH, "found", "", subject, "curl (1)", EPOCH, digest, unit)


def hush(kept: Silences, made: Silence | str) -> str | None:
    """Be silent for good, and write that down; return why not."""
    assert isinstance(made, Silence), made
    kept.keep(made)
    return kept.save(made)


def tell(kept: Silences, silence: Silence) -> str | None:
    """Lift it, and write that down; return why not."""
    kept.lift(silence)
    return kept.save(silence)


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
    assert hush(Silences(file), of_program(finding(unit="a.service"))) is None
    kept = Silences(file)
    assert kept.hides(finding(subject=77))
    assert not kept.hides(finding("other"))
    assert not kept.hides(finding(digest="cd" * 32, unit="a.service"))
    assert not kept.hides(finding(digest=None))
    assert kept.lasting == (Silence("deleted-exe", DIGEST, None, "curl (1)"),)


def test_a_unit_is_silent_for_good_whatever_it_runs(file: Path) -> None:
    assert hush(Silences(file), of_unit(finding(unit="a.service"))) is None
    kept = Silences(file)
    assert kept.hides(finding(digest=None, unit="a.service"))
    assert not kept.hides(finding(unit=None))


def test_what_is_not_known_cannot_be_silenced_for_good() -> None:
    assert "hash" in str(of_program(finding(digest=None)))
    assert "unit" in str(of_unit(finding()))


def test_without_a_file_it_holds_for_this_run() -> None:
    kept = Silences(None)
    assert hush(kept, of_program(finding())) is None
    assert kept.hides(finding(subject=2))


def test_the_file_is_this_users_and_readable(file: Path) -> None:
    hush(Silences(file), of_program(finding()))
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert '  "silences"' in file.read_text()


def test_hostile_texts_are_made_safe(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"silences": [{"rule": "a\\u001b[2J", "unit": "b\\u202e", "name": "c\\u0007"}]}')
    (kept,) = Silences(file).lasting
    assert not any(sign in f"{kept.rule}{kept.unit}{kept.name}" for sign in "\x1b\u202e\x07")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"silences": [{"rule": 5}]}',
        b'{"silences": {"a": 1}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"x":' + b"[" * 300_000,
    ],
    ids=lambda content: str(content[:20]),
)
def test_a_damaged_file_silences_nothing_and_is_left_as_it_is(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    kept = Silences(file)
    assert "is not read, so nothing of it is silent" in (kept.problem or "")
    assert not kept.hides(finding())
    why = hush(kept, of_program(finding()))
    assert why is not None
    assert "this run only" in why
    assert kept.hides(finding())
    assert (len(kept.unkept), kept.lasting, kept.number) == (1, (), 1)
    assert file.read_bytes() == content


def test_a_file_that_was_mended_is_no_problem_any_more(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"{")
    kept = Silences(file)
    file.write_bytes(b'{"silences": [{"rule": "mine", "unit": "a.service"}]}')
    assert hush(kept, of_program(finding())) is None
    assert kept.problem is None
    assert kept.hides(finding("mine", unit="a.service"))


def test_a_file_that_is_too_long_is_not_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "_LIMIT", 200)
    kept = Silences(file)
    told = [hush(kept, of_program(finding(digest=f"{number:064x}"))) for number in range(4)]
    assert told[0] is None
    assert "longer than" in (told[-1] or "")
    assert Silences(file).problem is None


def test_a_place_that_cannot_be_written_to_makes_it_last_for_this_run(file: Path) -> None:
    file.parent.mkdir(mode=0o755)
    file.parent.chmod(0o555)
    file.parent.parent.chmod(0o755)
    kept = Silences(file)
    with as_nobody():
        why = hush(kept, of_program(finding()))
    assert "holds in this run only" in (why or "")
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
    hush(kept, of_program(finding()))
    assert (file.is_symlink(), "ab" in target.read_text()) == (True, False)


def test_programs_that_write_at_once_lose_nothing(file: Path) -> None:
    begin = threading.Barrier(6)

    def write(number: int) -> None:
        kept = Silences(file)
        begin.wait()
        for each in range(3):
            assert hush(kept, of_program(finding(digest=f"{number * 10 + each:064x}"))) is None

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(Silences(file).lasting) == 18


def test_one_that_somebody_took_out_of_the_file_does_not_come_back(file: Path) -> None:
    hush(Silences(file), of_program(finding("old")))
    kept = Silences(file)
    file.write_bytes(b"{}")
    hush(kept, of_program(finding("new")))
    assert [each.rule for each in Silences(file).lasting] == ["new"]


@pytest.mark.skipif(os.name == "nt", reason="no flock")
def test_who_waits_too_long_for_another_gives_up(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "PATIENCE", 0.0)
    kept = Silences(file)
    file.parent.mkdir()
    with alone.alone(file.parent):
        assert "another program has been writing in that folder" in (hush(kept, of_program(finding())) or "")
        with pytest.raises(BlockingIOError), alone.alone(file.parent):
            pass
    assert hush(kept, of_program(finding())) is None


@pytest.mark.parametrize("rule", ["shell-on-socket", "shell-behind-connection"])
def test_what_a_shell_is_used_for_is_never_silent_for_good(rule: str) -> None:
    assert "in this run only" in str(of_program(finding(rule)))


def test_one_of_this_run_is_told_again_alone(file: Path) -> None:
    kept = Silences(file)
    kept.hush(finding())
    kept.hush(finding("other"))
    assert kept.passing == (finding(), finding("other"))
    kept.tell(finding())
    assert (kept.hides(finding()), kept.hides(finding("other"))) == (False, True)


def test_it_counts_before_it_is_written(file: Path) -> None:
    kept = Silences(file)
    kept.keep(BOTH[0])
    assert kept.hides(finding())
    assert kept.lasting == BOTH[:1]
    assert not file.exists()
    kept.save(BOTH[0])
    kept.lift(BOTH[0])
    assert (kept.hides(finding()), kept.lasting, Silences(file).lasting) == (False, (), BOTH[:1])


def test_what_is_lifted_is_told_again_by_whoever_reads_the_file(file: Path) -> None:
    kept = Silences(file)
    assert [hush(kept, each) for each in BOTH] == [None, None]
    assert tell(kept, BOTH[0]) is None
    assert not kept.hides(finding())
    assert Silences(file).lasting == kept.lasting == BOTH[1:]
    assert hush(kept, BOTH[0]) is None
    assert set(Silences(file).lasting) == set(BOTH)


def test_a_file_that_cannot_be_changed_lifts_for_this_run(file: Path) -> None:
    kept = Silences(file)
    hush(kept, BOTH[0])
    file.write_bytes(b"{")
    assert "holds in this run only" in (tell(kept, BOTH[0]) or "")
    assert not kept.hides(finding())
    assert file.read_bytes() == b"{"


def test_what_was_lifted_while_something_else_was_written_does_not_come_back(file: Path) -> None:
    kept = Silences(file)
    hush(kept, BOTH[0])
    kept.lift(BOTH[0])
    assert hush(kept, BOTH[1]) is None
    assert not kept.hides(finding())
    assert kept.save(BOTH[0]) is None
    assert Silences(file).lasting == BOTH[1:]


def test_what_another_program_lifted_is_told_with_the_next_change(file: Path) -> None:
    hush(Silences(file), BOTH[0])
    one, other = Silences(file), Silences(file)
    tell(one, BOTH[0])
    hush(other, BOTH[1])
    assert other.lasting == Silences(file).lasting == BOTH[1:]


def test_what_another_program_keeps_again_is_silent_with_the_next_change_also_where_it_was_lifted_before(
    file: Path,
) -> None:
    one, other = Silences(file), Silences(file)
    hush(one, BOTH[0])
    tell(one, BOTH[0])
    hush(other, BOTH[0])
    hush(one, BOTH[1])
    assert one.hides(finding())
    assert set(one.lasting) == set(Silences(file).lasting) == set(BOTH)


@contextmanager
def being_written(kept: Silences, folder: Path) -> Iterator[Future[str | None]]:
    """Keep the first of both, and have it saved, which waits for another program that writes."""
    folder.mkdir()
    kept.keep(BOTH[0])
    with ThreadPoolExecutor(1) as worker, alone.alone(folder):
        yield worker.submit(kept.save, BOTH[0])


@pytest.mark.skipif(os.name == "nt", reason="no flock")
def test_undo_leaves_what_is_being_written_which_will_be_silent_for_good(file: Path) -> None:
    kept = Silences(file)
    with being_written(kept, file.parent) as saving:
        assert not kept.undo()
        assert kept.hides(finding())
    assert saving.result() is None
    assert Silences(file).lasting == kept.lasting == BOTH[:1]


def test_undo_tells_again_what_could_not_be_written(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"{")
    kept = Silences(file)
    assert "this run only" in (hush(kept, BOTH[0]) or "")
    assert (kept.undo(), kept.undo(), kept.hides(finding()), kept.number) == (True, False, False, 0)
    file.write_bytes(b"{}")
    kept.keep(BOTH[0])
    assert not kept.undo(), "it is tried again, and is not of this run only"
    assert kept.lasting == BOTH[:1]
    assert kept.save(BOTH[0]) is None
    assert Silences(file).lasting == BOTH[:1]


def test_what_is_kept_while_it_is_lifted_in_the_file_stays_silent(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Silences(file)
    hush(kept, BOTH[0])
    kept.lift(BOTH[0])
    store = silence.store

    def kept_meanwhile(path: Path, silences: Iterable[Silence]) -> None:
        store(path, silences)
        kept.keep(BOTH[0])

    with monkeypatch.context() as patch:
        patch.setattr(silences, "store", kept_meanwhile)
        assert kept.save(BOTH[0]) is None
    assert kept.hides(finding())
    assert kept.save(BOTH[0]) is None
    assert Silences(file).lasting == BOTH[:1]


steps = st.lists(
    st.tuples(st.sampled_from(["keep", "lift", "save"]), st.integers(0, 1), st.integers(0, 1)), max_size=20
)


@given(steps)
def test_once_all_is_saved_the_file_says_what_is_silent(steps: list[tuple[str, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "silences.json"
        programs = Silences(file), Silences(file)
        for what, program, which in steps:
            getattr(programs[program], what)(BOTH[which])
        for program in range(2):
            for each in BOTH:
                programs[program].save(each)
        assert set(Silences(file).lasting) == set(programs[1].lasting)


@pytest.mark.skipif(os.name == "nt", reason="no flock")
def test_while_another_program_writes_all_but_writing_goes_on(file: Path) -> None:
    kept = Silences(file)
    with being_written(kept, file.parent) as saving:
        kept.keep(BOTH[1])
        assert kept.lasting == BOTH
        assert kept.hides(finding(unit="a.service"))
        kept.lift(BOTH[0])
        assert not saving.done()
    assert saving.result() is None
    assert kept.lasting == BOTH[1:]
    assert Silences(file).lasting == ()


HOLDS = """
import sys
from pathlib import Path
from tcpview_tui.findings.alone import alone
from tcpview_tui.findings.silence import Silence
from tcpview_tui.findings.silences import Silences
folder = Path(sys.argv[1])
kept = Silences(folder / "silences.json")
with alone(folder):
    print(flush=True)
    sys.stdin.readline()
made = Silence("mine", None, "b.service")
kept.keep(made)
assert kept.save(made) is None
"""


@pytest.mark.skipif(os.name == "nt", reason="no flock")
def test_another_process_that_writes_is_waited_for_and_nothing_of_either_is_lost(file: Path) -> None:
    file.parent.mkdir()
    kept = Silences(file)
    kept.keep(BOTH[0])
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDS, str(file.parent)], **streams) as other:  # type: ignore[call-overload]
        assert other.stdout.readline()
        with ThreadPoolExecutor(1) as worker:
            saving = worker.submit(kept.save, BOTH[0])
            assert not file.exists()
            assert kept.hides(finding())
            other.communicate(b"\n")
        assert (saving.result(), other.returncode) == (None, 0)
    assert {each.rule for each in Silences(file).lasting} == {"deleted-exe", "mine"}
