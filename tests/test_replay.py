"""Whether a recording may still grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.replay import _summary, is_written
from tests.tui.replay.harness import Camera, call, film

if TYPE_CHECKING:
    from pathlib import Path


def test_a_recording_may_grow_until_it_is_closed(tmp_path: Path) -> None:
    camera = Camera(tmp_path / "a.tcpview")
    camera.look(call(1))
    assert is_written(camera.path)
    camera.close()
    assert not is_written(camera.path)
    camera.path.unlink()
    assert not is_written(camera.path)


def test_the_summary_of_a_file_that_has_gone_is_a_sentence(tmp_path: Path) -> None:
    path = film(tmp_path / "a.tcpview")
    assert "cannot be read" not in _summary(path).plain
    path.unlink()
    assert "cannot be read" in _summary(path).plain
