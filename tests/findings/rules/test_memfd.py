"""Programs that run from memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.sources.net import child, linux, until

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.rules.deleted import DELETED_EXE
    from tcpview_tui.findings.rules.memfd import MEMFD_EXE
    from tcpview_tui.findings.rules.places import EXE_PLACE
    from tests.findings.processes import contact, evidence_of, judge, marked, refused

CODE = """
import os, shutil, sys
made = os.memfd_create(os.fsencode(sys.argv[1]))
with open(shutil.which("sleep"), "rb") as source:
    os.write(made, source.read())
os.execve(made, [sys.argv[2], "600"], {})
"""


@contextmanager
def in_memory(name: str, argument: str = "sleep") -> Iterator[int]:
    with child(sys.executable, "-c", CODE, name, argument) as process:
        until(lambda: (exe := evidence_of(process.pid).executable) and "memfd" in getattr(exe, "path", ""))
        yield process.pid


def test_a_program_in_memory_is_marked_once() -> None:
    with in_memory(".x/[/red]\x1b") as pid:
        hit = marked(MEMFD_EXE, pid, contact(pid))
        assert judge(DELETED_EXE, pid) is None
        assert judge(EXE_PLACE, pid) is None
    assert hit.sentence.startswith('runs from memory named ".x/[/red]\\x1b" (memfd), not from a file; seen connected')


def test_one_without_name_is_marked() -> None:
    with in_memory("") as pid:
        assert "without a name" in marked(MEMFD_EXE, pid).sentence


def test_a_container_runtime_is_not_unless_it_is_connected() -> None:
    with in_memory("runc_cloned:/proc/self/exe", "runc") as pid:
        assert judge(MEMFD_EXE, pid) is None
        assert "container runtime" in marked(MEMFD_EXE, pid, contact(pid)).against


def test_who_may_not_look_says_so() -> None:
    assert "/proc/1/exe" in refused(MEMFD_EXE).reason
