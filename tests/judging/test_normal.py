"""The baseline in force: read again when its file changes, by this program or another; what is broken is said."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tcpview_tui.findings.alone import alone
from tcpview_tui.findings.baseline import file
from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.comparison import Comparison
from tcpview_tui.findings.baseline.file import change, load
from tcpview_tui.findings.baseline.traits import Program
from tcpview_tui.judging.digests import Digests
from tcpview_tui.judging.normal import Normal
from tcpview_tui.judging.turns import MINUTE
from tcpview_tui.lookup.geo.places import LOOK_SECONDS, Places
from tcpview_tui.lookup.lists.shelf import SETTLING
from tcpview_tui.model.column import Context
from tests.fakes import EPOCH, FakeClock
from tests.findings.baseline.lessons import lesson, listening, talk
from tests.findings.processes import copied, folder, process_of, sleeping
from tests.judging.cases import row
from tests.lookup.geo.mmdb import mmdb
from tests.sources.net import linux

CURL, NGINX = lesson(talk("203.0.113.7:443")), lesson(listening("0.0.0.0:80"))
Maker = Callable[[], Normal]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "baseline.json"


@pytest.fixture
def places(tmp_path: Path, clock: FakeClock) -> Iterator[Places]:
    made = Places([tmp_path / "geo"], clock)
    made.open()
    assert made.wait(30)
    yield made
    made.close()


@pytest.fixture
def normal(path: Path, places: Places, clock: FakeClock) -> Maker:
    return lambda: Normal(path, places, clock)


def known(of: Comparison | None) -> Baseline | None:
    return None if of is None else of.baseline


def test_without_a_file_there_is_none_until_it_comes(path: Path, normal: Maker) -> None:
    here = normal()
    assert (here.refresh(), here.trouble, here.doubt) == (None, "", None)
    change(path, lambda _: CURL)
    assert known(here.refresh()) == CURL


def test_what_another_program_learned_is_in_force_with_the_next_look(path: Path, normal: Maker) -> None:
    change(path, lambda _: CURL)
    here = normal()
    before = here.refresh()
    assert known(before) == CURL
    assert here.refresh() is before
    command = [sys.executable, "-m", "tcpview_tui", "baseline", "forget", "/usr/bin/curl", "--baseline", str(path)]
    assert subprocess.run(command, check=False).returncode == 0
    assert known(here.refresh()) == Baseline(CURL.learned)


def test_a_file_that_was_only_touched_changes_nothing(path: Path, normal: Maker) -> None:
    change(path, lambda _: CURL)
    here = normal()
    before = here.refresh()
    os.utime(path)
    assert here.refresh() is before


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": "other"}', b"\xff" * 99])
def test_a_broken_one_is_said_and_the_old_one_kept_until_it_is_mended(
    path: Path, normal: Maker, content: bytes
) -> None:
    change(path, lambda _: CURL)
    here = normal()
    path.write_bytes(content)
    assert known(here.refresh()) == CURL
    assert here.trouble.startswith(f"{path}: ")
    assert here.trouble.endswith("What it held before still counts.")
    path.unlink()
    change(path, lambda _: NGINX)
    assert known(here.refresh()) == NGINX
    assert here.trouble == ""


def test_one_that_the_system_did_not_let_read_is_read_again_in_a_minute(
    path: Path, normal: Maker, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(path, lambda _: CURL)
    with monkeypatch.context() as full:
        full.setattr(file, "read_content", _no_more_files)
        here = normal()
        clock.advance(MINUTE)
        assert here.refresh() is None
    assert "Too many open files" in here.trouble
    assert here.refresh() is None
    clock.advance(MINUTE)
    assert (known(here.refresh()), here.trouble) == (CURL, "")


def _no_more_files(*_: object) -> bytes:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_one_that_is_gone_still_counts_and_is_said(path: Path, normal: Maker) -> None:
    change(path, lambda _: CURL)
    here = normal()
    path.unlink()
    assert known(here.refresh()) == CURL
    assert here.trouble == f"{path} is gone. What it held before still counts."


def test_a_file_that_is_still_written_is_left_alone_for_some_seconds(
    path: Path, normal: Maker, clock: FakeClock
) -> None:
    change(path, lambda _: CURL)
    here = normal()
    path.write_bytes(path.read_bytes()[:40])
    os.utime(path, (EPOCH, EPOCH))
    clock.advance(SETTLING - 1)
    assert known(here.refresh()) == CURL
    assert here.trouble == ""
    clock.advance(1)
    here.refresh()
    assert here.trouble


def test_what_is_learned_here_is_in_force_at_once_and_only_once(path: Path, normal: Maker) -> None:
    change(path, lambda _: NGINX)
    here = normal()
    told = here.learn([talk("203.0.113.7:443"), row(1)], Context(), EPOCH)
    assert told.startswith("2 rows of 1 program are normal here from now on.")
    learned = here.comparison
    assert known(learned) == load(path)
    assert {"/usr/sbin/nginx", "/usr/bin/curl"} == {each.path for each in load(path).programs}
    assert here.refresh() is learned


def test_one_row_is_normal_and_several_are(normal: Maker) -> None:
    assert normal().learn([row(1)], Context(), EPOCH) == "1 row of 1 program is normal here from now on."


def test_rows_without_a_program_teach_nothing(path: Path, normal: Maker) -> None:
    assert normal().learn([], Context(), EPOCH).startswith("Nothing was learned")
    assert not path.exists()


@pytest.mark.skipif(os.name == "nt", reason="no flock")
def test_while_another_program_writes_the_judge_goes_on(path: Path, normal: Maker) -> None:
    change(path, lambda _: CURL)
    here = normal()
    with ThreadPoolExecutor(1) as worker, alone(path.parent):
        learning = worker.submit(here.learn, [listening("0.0.0.0:80")], Context(), EPOCH)
        while not here._changing.locked():
            assert not learning.done()
        assert known(here.refresh()) == CURL
    assert "is normal here" in learning.result()
    assert len(load(path).programs) == 2


@linux
def test_what_is_learned_of_a_running_program_is_its_hash_too(path: Path, normal: Maker) -> None:
    with folder() as place, sleeping(copied("sleep", place / "agent")) as pid:
        seen = process_of(pid)
        normal().learn([row(1, seen), row(2, seen)], Context(), EPOCH)
        (program,) = load(path).programs
        assert program == Program(str(place / "agent"), program.place)
        assert list(load(path).programs[program].sha256) == [Digests().of(seen)]


def test_other_databases_of_addresses_name_the_networks_anew(
    tmp_path: Path, path: Path, normal: Maker, places: Places, clock: FakeClock
) -> None:
    change(path, lambda _: CURL)
    here = normal()
    assert (before := here.refresh()) is not None
    assert not before._networks.knows_asn
    (tmp_path / "geo").mkdir()
    (tmp_path / "geo" / "asn.mmdb").write_bytes(mmdb({"8.8.8.0/24": {"autonomous_system_number": 15169}}))
    clock.advance(LOOK_SECONDS)
    places.refresh()
    assert places.wait(30)
    after = here.refresh()
    assert after is not None
    assert after is not before
    assert after._networks.knows_asn
    assert known(after) == CURL
