"""A recording that somebody removes while it is written: it is said, nothing is lost, and it is made again."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tcpview_tui.record.recording import RecordingError
from tcpview_tui.record.sink import File
from tcpview_tui.record.verify import verify
from tests.fakes import connection
from tests.record.test_recording import CLIENT, WEB, Tape, fill, path, small
from tests.sources.net import root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["path", "small"]


def with_log(path: Path) -> None:
    path.unlink()


def without_log(path: Path) -> None:
    for each in path.parent.glob(f"{path.name}*"):
        each.unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("moved"))


@pytest.mark.parametrize("remove", [with_log, without_log, moved])
def test_a_file_that_was_removed_is_made_again_with_all_that_was_in_it(
    path: Path, remove: Callable[[Path], None]
) -> None:
    tape = Tape(path)
    tape.look(WEB)
    remove(path)
    with pytest.raises(RecordingError, match="removed or replaced"):
        tape.look(WEB)
    assert tape.file.is_gone
    tape.look(WEB, CLIENT)
    assert not tape.file.is_gone
    assert verify(path)[:3] == (None, 3, 2)
    tape.look(CLIENT)
    tape.file.close()
    assert (verify(path)[:3], tape.file.closing) == ((None, 4, 3), verify(path).closing)
    assert {each.name for each in path.parent.iterdir()} <= {path.name, "moved"}


def test_with_its_folder_it_waits_until_there_is_one(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    tape = Tape(folder / "a.tcpview")
    tape.look(WEB)
    shutil.rmtree(folder)
    for reason, connections in (("removed or replaced", ()), ("No such file", (CLIENT,)), ("No such file", (WEB,))):
        with pytest.raises(RecordingError, match=reason):
            tape.look(*connections)
    folder.mkdir()
    tape.look()
    tape.file.close()
    assert verify(tape.file.path)[:3] == (None, 3, 6)
    assert len(list(folder.iterdir())) == 1


def test_another_file_in_its_place_is_left_alone(path: Path) -> None:
    tape = Tape(path)
    tape.look(WEB)
    without_log(path)
    path.write_text("mine")
    for reason in ("removed or replaced", "is another file now, and a recording replaces nothing"):
        with pytest.raises(RecordingError, match=reason):
            tape.look(CLIENT)
    assert path.read_text() == "mine"
    path.rename(path.with_name("moved"))
    tape.look(CLIENT)
    tape.file.close()
    assert verify(path)[:3] == (None, 3, 3)


def test_what_is_gone_in_the_end_is_not_said_to_be_closed(path: Path) -> None:
    tape = Tape(path)
    tape.look(WEB)
    without_log(path)
    with pytest.raises(RecordingError):
        tape.file.write([])
    assert list(File(tape.file).losses()) == [f"{path} is not there any more, with all that was written to it."]
    tape.file.close()
    assert (tape.file.closing, tape.file.unclosed) == (None, f"{path} has been removed or replaced")


@root
def test_what_was_removed_waits_for_room_to_be_made_again(small: Path) -> None:
    tape = Tape(small / "a.tcpview")
    tape.look(*(connection(each, local=("10.0.0.5", 1000 + each)) for each in range(1000)))
    filler = small / "filler"
    fill(filler)
    without_log(tape.file.path)
    fill(filler)
    for reason in ("removed or replaced", "cannot be written"):
        with pytest.raises(RecordingError, match=reason):
            tape.look(WEB)
    assert [each.name for each in small.iterdir()] == ["filler"]
    filler.unlink()
    tape.look()
    tape.file.close()
    assert verify(tape.file.path)[:3] == (None, 3, 2001)
