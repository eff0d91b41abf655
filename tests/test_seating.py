"""Who is seated to judge: what was named is checked, and read once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tcpview_tui.config import Settings
from tcpview_tui.files import read_content
from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.file import change
from tcpview_tui.judging.sitting import Sitting
from tcpview_tui.listing.placed import placing
from tcpview_tui.seating import seated
from tcpview_tui.usage import WrongUsageError
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_the_baseline_that_was_named_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, read = tmp_path / "known.json", list[bytes]()
    change(path, lambda _: Baseline())

    def watched(file: Path, limit: int) -> bytes:
        read.append(read_content(file, limit))
        return read[-1]

    monkeypatch.setattr("tcpview_tui.findings.baseline.file.read_content", watched)
    bench = seated(Settings(baseline=str(path)), FakeClock(), Sitting)
    bench.start()
    try:
        assert bench.outside == 0
        assert read == [path.read_bytes()]
    finally:
        bench.stop()


@pytest.mark.parametrize("name", ["missing", "file", "nul\0", "~nobody-of-that-name/geo"])
def test_a_folder_of_databases_that_was_named_must_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    settings, clock = Settings(geo=name), FakeClock()
    for refuse in (lambda: seated(settings, clock, Sitting), placing(settings, clock).__enter__):
        with pytest.raises(WrongUsageError, match=r"--geo .*: the folder cannot be looked into: .*[^.]\. Name"):
            refuse()


def test_a_folder_without_databases_is_one(tmp_path: Path) -> None:
    with placing(Settings(geo=str(tmp_path)), FakeClock()):
        pass
