"""What /proc tells of this process, of one that ended, and of one with a name that is no name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.sources.net import linux, python

if sys.platform == "linux":
    from tcpview_tui.sources import procfd

pytestmark = linux
RENAMED = """
import ctypes
ctypes.CDLL(None).prctl(15, b") Z 1 (", 0, 0, 0)  # PR_SET_NAME
print(flush=True)
input()
"""


def test_a_name_is_not_taken_for_what_follows_it() -> None:
    with python(RENAMED) as (process, _):
        status = procfd.status(f"/proc/{process.pid}")
        assert status.name == b") Z 1 ("
        assert int(status.fields[1]) == os.getpid()
        assert procfd.start_time(f"/proc/{process.pid}") == status.started
    assert int(status.started) > 0
    assert procfd.start_time(f"/proc/{process.pid}") == b""
    with pytest.raises(OSError, match="No such"):
        procfd.status(f"/proc/{process.pid}")


@pytest.mark.parametrize("content", ["", "7 (x) S", "7 (x"])
def test_a_file_that_makes_no_sense_tells_no_start_time(tmp_path: Path, content: str) -> None:
    (tmp_path / "stat").write_text(content)
    assert procfd.start_time(str(tmp_path)) == b""


def test_the_network_namespace_is_told_by_its_inode() -> None:
    assert procfd.network("/proc/self") == Path("/proc/self/ns/net").stat().st_ino
    with python("print(flush=True)") as (process, _):
        pass
    with pytest.raises(OSError, match="No such"):
        procfd.network(f"/proc/{process.pid}")
