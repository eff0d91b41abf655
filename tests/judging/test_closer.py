"""A closer look tells what it has read, and the judge what is to be compared: real programs, and their normal twins."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tcpview_tui.findings.evidence import File
from tcpview_tui.findings.finding import Finding
from tcpview_tui.findings.rule import Severity
from tcpview_tui.judging.bench import Bench
from tcpview_tui.judging.closer import Closer
from tcpview_tui.judging.verdict import Rules
from tcpview_tui.judging.works import Works
from tcpview_tui.model.process import Process
from tcpview_tui.model.row import Row
from tests.fakes import EPOCH, FakeClock, connection
from tests.findings.processes import copied, folder, process_of, sleeping
from tests.judging.cases import Court, row
from tests.sources.net import linux
from tests.sources.packages.databases import CAT
from tests.sources.packages.test_provenance import ALTERED_PROGRAM, root_only, running, with_dpkg, with_unshare
from tests.tui.harness import live

pytestmark = linux


@contextmanager
def altered(place: Path) -> Iterator[Process]:
    """A program that only this process sees in the place of a packaged one."""
    file = place / "altered"
    file.write_bytes(ALTERED_PROGRAM)
    file.chmod(0o755)
    script = 'mount --bind "$1" "$2" && exec "$2"'
    with running(["unshare", "--mount", "sh", "-c", script, "sh", file, CAT]) as pid:
        yield process_of(pid)


@contextmanager
def altered_and_twin(place: Path) -> Iterator[tuple[Process, Process]]:
    """Such a program, and the one that it claims to be."""
    with ExitStack() as stack:
        yield stack.enter_context(altered(place)), process_of(stack.enter_context(running([CAT])))


class Told:
    """What a closer look has told to be compared, and in which thread."""

    def __init__(self) -> None:
        self.of: list[tuple[Process, tuple[int, int]]] = []
        self.threads: set[int] = set()

    def __call__(self, process: Process, file: File) -> None:
        self.of.append((process, (file.device, file.inode)))
        self.threads.add(threading.get_ident())


@root_only
@with_dpkg
@with_unshare
def test_what_is_not_as_its_package_brought_it_is_told_and_its_twin_is_not(tmp_path: Path) -> None:
    told = Told()
    closer = Closer(told)
    with altered_and_twin(tmp_path) as (bad, good):
        dossiers = [closer.look(each, EPOCH) for each in (bad, good)]
        file = (tmp_path / "altered").stat()
    assert [each.provenance and each.provenance.intact for each in dossiers] == [False, True]
    assert told.of == [(bad, (file.st_dev, file.st_ino))]
    assert told.threads == {threading.get_ident()}


@with_dpkg
def test_what_no_package_owns_has_nothing_to_be_compared_with() -> None:
    told = Told()
    with folder() as place, sleeping(copied("sleep", place / "agent")) as pid:
        process = process_of(pid)
        assert Closer(told).look(process, EPOCH).digest
    assert Closer(told).look(process, EPOCH).provenance is None  # it has ended
    assert told.of == []


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    made = Works(FakeClock(), tmp_path, None, Rules())
    yield made
    made.close()


def judged(court: Court, seen: Row, at: float) -> list[Finding]:
    court.look(at=at)
    return [each for each in court.register.of(seen) if each.rule == "altered-exe"]


@root_only
@with_dpkg
@with_unshare
def test_who_looks_closer_at_an_altered_program_has_it_judged_with_the_next_look(works: Works, tmp_path: Path) -> None:
    court = Court(works.panels[0])
    with altered_and_twin(tmp_path) as (bad, good):
        seen, twin = row(1, bad), row(2, good)
        court.take(seen, twin)
        assert judged(court, seen, EPOCH) == []
        for process in (bad, good):
            works.closer.look(process, EPOCH)
        (found,) = judged(court, seen, EPOCH + 1)
        assert judged(court, twin, EPOCH + 61) == []
        assert judged(court, seen, EPOCH + 122) == [found]
    assert found.severity is Severity.HIGH
    assert found.sentence.startswith(f"{CAT} is not as its package brought it: its MD5 is not that of coreutils")


@root_only
@with_dpkg
@with_unshare
async def test_the_row_is_marked_while_its_details_are_open(tmp_path: Path) -> None:
    with altered_and_twin(tmp_path) as (bad, good):
        rows = [
            connection(number, local=("127.0.0.1", 50000 + number), remote=("127.0.0.1", 4444), owners=[each])
            for number, each in enumerate((bad, good))
        ]
        async with live(*rows, bench=lambda clock: Bench(clock, tmp_path), size=(120, 150)) as program:
            register, scope = program.app.session.bench.register, program.app.session.bench.scope
            await program.until(lambda: "at work" in scope())
            await program.press("end", "enter")
            await program.until(lambda: "yes, by its checksum" in program.text)
            await program.press("home")
            await program.until(lambda: "no, its checksum differs" in program.text)
            assert "!" not in program.line_with("50000 127.0.0.1")
            await program.sample()
            await program.until(lambda: "!" in program.line_with("50000 127.0.0.1"))
            await program.until(lambda: "is not as its package brought it" in program.text)
            assert "!" not in program.line_with("50001 127.0.0.1")
            assert [each.name for each in register.findings if each.rule == "altered-exe"] == [bad.label]
