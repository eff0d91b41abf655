"""Libraries that the environment has loaded."""

from __future__ import annotations

import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tcpview_tui.findings.rule import Severity
from tests.sources.net import linux

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.rules.preload import PRELOAD
    from tests.findings.processes import SHM, contact, folder, judge, marked, refused, running, shm


def preloaded(value: str, variable: str = "LD_PRELOAD") -> AbstractContextManager[subprocess.Popen[bytes]]:
    # The loader warns of a library that is not there, and goes on (ld.so(8)).
    return running("sleep", "600", env={variable: value, "PATH": "/usr/bin:/bin"}, stderr=subprocess.DEVNULL)


def harmless() -> str:
    """A library that every process here may load: the one that this one has of its interpreter or C library."""
    mapped = Path("/proc/self/maps").read_text().split()
    return next(each for each in mapped if (each.startswith("/") and "/libc.so" in each) or "/ld-musl" in each)


def test_a_library_is_marked_with_its_path() -> None:
    library = harmless()
    with preloaded(library) as process:
        hit = marked(PRELOAD, process.pid, contact(process.pid))
    assert hit.sentence.startswith(f"was started with LD_PRELOAD={library}; seen connected to 203.0.113.7:4444")
    assert hit.severity is None


@shm
def test_one_that_everybody_may_write_is_high() -> None:
    with folder(SHM) as place:
        library = place / "libjemalloc.so"
        library.write_bytes(Path(harmless()).read_bytes())
        with preloaded(f"libeatmydata.so {library}", "LD_AUDIT") as process:
            hit = marked(PRELOAD, process.pid)
    assert hit.severity is Severity.HIGH
    assert f"LD_AUDIT={library}" in hit.sentence


@pytest.mark.parametrize(
    "value",
    [
        "libjemalloc.so.2",
        "/usr/lib/x86_64-linux-gnu/libjemalloc.so.2:libeatmydata.so",
        "libfakeroot-sysv.so",
        "/usr/lib/libtcmalloc_minimal.so.4",
        "/usr/lib/x86_64-linux-gnu/libgtk3-nocsd.so.0",
        "",
        ":",
    ],
)
def test_usual_ones_stay_unmarked(value: str) -> None:
    with preloaded(value) as process:
        assert judge(PRELOAD, process.pid) is None


def test_other_variables_stay_unmarked() -> None:
    with preloaded("/opt/app/lib", "LD_LIBRARY_PATH") as process:
        assert judge(PRELOAD, process.pid) is None


def test_a_hostile_value_is_harmless() -> None:
    with preloaded("/x/\x1b[2J[/red]") as process:
        assert "LD_PRELOAD=/x/\\x1b[2J[/red]" in marked(PRELOAD, process.pid).sentence


def test_it_hides_behind_no_amount_of_other_variables() -> None:
    padding = {f"A{number}": "x" * 100_000 for number in range(10)}
    with running(
        "sleep", "600", env={**padding, "LD_PRELOAD": "/no/x.so", "PATH": "/usr/bin:/bin"}, stderr=subprocess.DEVNULL
    ) as process:
        assert "/no/x.so" in marked(PRELOAD, process.pid).sentence


def test_who_may_not_look_says_so() -> None:
    assert "/proc/1/environ" in refused(PRELOAD).reason
