"""Programs that are called like threads of the kernel, and the threads themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tcpview_tui.findings.rule import Severity
from tests.sources.net import linux, python

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.rules.kernel_name import FAKE_KERNEL_THREAD
    from tests.findings.processes import as_nobody, contact, copied, folder, judge, marked, sleeping

RENAMED = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[1]), 0, 0, 0)  # PR_SET_NAME
print(flush=True)
input()
"""
KTHREADD = Path("/proc/2/stat")


@pytest.fixture
def program() -> Iterator[Path]:
    with folder() as place:
        yield copied("sleep", place / "worker")


@pytest.mark.parametrize("name", ["[kworker/0:1]", "[kworker/u8:2-events_unbound]", "kthreadd", " [kswapd0] "])
def test_a_command_line_like_one_is_marked_high(program: Path, name: str) -> None:
    with sleeping(program, name) as pid:
        hit = marked(FAKE_KERNEL_THREAD, pid, contact(pid))
    assert hit.severity is None
    assert f"but is a program run from {program}; seen connected" in hit.sentence


@pytest.mark.parametrize("name", ["kworker/0:1", "ksoftirqd/0", "rcu_preempt"])
def test_so_is_a_name_by_prctl(name: str) -> None:
    with python(RENAMED, name) as (process, _):
        assert f"calls itself {name} like" in marked(FAKE_KERNEL_THREAD, process.pid).sentence


def test_brackets_alone_are_medium_and_harmless(program: Path) -> None:
    with sleeping(program, "[\x1b[2J/red]") as pid:
        hit = marked(FAKE_KERNEL_THREAD, pid)
    assert hit.severity is Severity.MEDIUM
    assert "[\\x1b[2J/red], in brackets" in hit.sentence


def test_an_empty_command_line_is_low() -> None:
    """Written over in memory, as malware does it: ps(1) puts such a name in brackets."""
    erase = """
import ctypes
fields = open("/proc/self/stat").read().rpartition(")")[2].split()
first, last = int(fields[45]), int(fields[46])  # arg_start, arg_end (proc_pid_stat(5))
ctypes.memset(first, 0, last - first)
print(flush=True)
input()
"""
    with python(erase) as (process, _):
        assert marked(FAKE_KERNEL_THREAD, process.pid).severity is Severity.LOW


@pytest.mark.skipif(
    not KTHREADD.exists() or "(kthreadd)" not in KTHREADD.read_text(), reason="another process namespace"
)
def test_a_real_thread_of_the_kernel_is_not() -> None:
    assert judge(FAKE_KERNEL_THREAD, 2) is None


@pytest.mark.parametrize(
    "title",
    [
        "nginx: worker process",
        "[lxc monitor] /var/lib/lxc web",
        "[celeryd: celery@host:MainProcess] -active-",
        "(sd-pam)",
        "-bash",
        "kworkerd",
        "rcu",
    ],
)
def test_titles_of_ordinary_programs_are_not(program: Path, title: str) -> None:
    with sleeping(program, title) as pid:
        assert judge(FAKE_KERNEL_THREAD, pid) is None


def test_everybody_may_see_that() -> None:
    with as_nobody():
        assert judge(FAKE_KERNEL_THREAD, 1) is None
