"""What a list of mounts says of /proc."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcpview_tui.sources import procmounts
from tests.sources.net import linux

pytestmark = linux


def proc(folder: Path, *mounts: str) -> Path:
    (folder / "self").mkdir()
    lines = (f"{number} 1 0:{number} / {mount}\n" for number, mount in enumerate(mounts))
    (folder / "self/mountinfo").write_text("".join(lines))
    return folder


@pytest.mark.parametrize(
    ("options", "hides"),
    [
        ("rw", ""),
        ("rw,hidepid=invisible", "invisible"),
        ("gid=4,hidepid=2", "2"),
        ("hidepid=0", ""),
        ("hidepid=off", ""),
    ],
)
def test_the_option_that_hides_processes(tmp_path: Path, options: str, hides: str) -> None:
    point = f"{tmp_path} rw,nosuid shared:9 master:1 - proc proc {options}"
    assert procmounts.hidepid(proc(tmp_path, "/ rw - ext4 /dev/x rw,hidepid=9", point)) == hides


def test_the_last_mount_counts(tmp_path: Path) -> None:
    mounts = (f"{tmp_path} rw - proc proc rw,hidepid=2", f"{tmp_path} rw - proc proc rw")
    assert procmounts.hidepid(proc(tmp_path, *mounts)) == ""


def test_a_mount_over_a_process_is_told_and_no_other(tmp_path: Path) -> None:
    over = (f"{tmp_path}/{name} rw - tmpfs no\x1bne rw" for name in ("77", "sys", "78/fd", "7x"))
    assert procmounts.covers(proc(tmp_path, *over)) == {77: "tmpfs of no\\x1bne"}


def test_this_machine_covers_no_process() -> None:
    assert procmounts.covers(Path("/proc")) == {}
