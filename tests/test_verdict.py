"""What verify says: a file that was closed is intact or not; one that was not is never called plainly intact."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tcpview_tui.record.closing import LENGTH
from tcpview_tui.record.recording import Recording
from tcpview_tui.verdict import tell
from tests.fakes import FakeClock
from tests.record.streams import EVERYTHING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SEALED = f"{len(EVERYTHING)} events under 2 seals"


def said(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    status = tell(path, None)
    return status, capsys.readouterr().out


def begun(path: Path) -> Recording:
    recording = Recording(path, [], FakeClock())
    recording.write(EVERYTHING)
    return recording


def test_what_was_closed_is_intact_in_every_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.tcpview"
    recording = begun(path)
    recording.close()
    whole = f"Intact: {SEALED}, and every byte of the file. The closing digest is {recording.closing}.\n"
    assert said(path, capsys) == (0, whole)


def test_what_is_still_written_is_intact_under_its_seals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.tcpview"
    with closing(begun(path)) as recording:
        assert said(path, capsys) == (
            0,
            f"Intact under its seals: {SEALED}, the last is {recording.digest}.\n"
            "It was not closed in good order: it is still written, or its recorder was killed. "
            "Bytes outside of its rows are not vouched for, nor what came later.\n",
        )


def test_of_what_is_none_and_of_another_key_nothing_is_said_to_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, text = tmp_path / "a.tcpview", tmp_path / "passwd"
    with closing(Recording(path, [], FakeClock(), key=b"secret")) as recording:
        recording.write(EVERYTHING)
    text.write_text("root:x:0:0\n" * 100)
    for each, fault in ((path, "Or it was sealed with a key"), (text, "it is no file of SQLite")):
        status, out = said(each, capsys)
        assert status == 1
        assert fault in out
        assert out.endswith("\nNo seal was found to hold.\n")


def test_a_line_that_was_touched_is_no_fault_of_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.tcpview"
    recording = begun(path)
    recording.close()
    path.write_bytes(path.read_bytes()[:-1])
    assert said(path, capsys) == (
        1,
        f"Not intact: Behind its last page are {LENGTH - 1} bytes that are no closing line: that was cut off or "
        "changed, or something was added. Every row is as it was written.\n"
        f"What holds: {SEALED}, the last is {recording.digest}.\n",
    )
