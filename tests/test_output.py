"""Standard output that fills up, is closed, or that nobody reads any more; each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PUT = "import sys; from tcpview_tui.output import put; sys.exit(put(sys.argv[1] * int(sys.argv[2])))"
LONG = 1_000_000
BUFFERED = pytest.mark.parametrize("unbuffered", ["", "1"])
FULL_AT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); "


def put(
    text: str, times: int = 1, stdout: int = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", PUT, text, str(times)]
    run = subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, timeout=60, check=False, env=os.environ | environment
    )
    assert b"Traceback" not in run.stderr
    assert b"Exception" not in run.stderr
    return run


def test_it_arrives_as_it_is_in_utf_8_whatever_the_locale() -> None:
    run = put("漢\n", LONG, PYTHONIOENCODING="latin-1")
    assert (run.returncode, run.stdout, run.stderr) == (0, "漢\n".encode() * LONG, b"")


@BUFFERED
@pytest.mark.parametrize("times", [1, LONG])
def test_a_reader_that_has_gone_is_no_mistake(times: int, unbuffered: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        run = put("x", times, writing, PYTHONUNBUFFERED=unbuffered)
    finally:
        os.close(writing)
    assert (run.returncode, run.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@BUFFERED
@pytest.mark.parametrize("times", [1, LONG])
def test_a_full_disk_is_said(times: int, unbuffered: str) -> None:
    with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123 - a device, for its number
        run = put("x", times, full.fileno(), PYTHONUNBUFFERED=unbuffered)
    assert run.returncode == 1
    assert run.stderr.startswith(b"The standard output could not be written: No space left on device.")


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes it")
def test_a_closed_output_is_said() -> None:
    command = ["/bin/sh", "-c", 'exec "$0" -c "$1" x 1 >&-', sys.executable, PUT]
    run = subprocess.run(command, stderr=subprocess.PIPE, timeout=60, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith(b"The standard output could not be written: it is closed.")


@pytest.mark.skipif(sys.platform == "win32", reason="only POSIX limits how long a file may be")
@BUFFERED
def test_what_was_written_in_part_is_not_called_whole(tmp_path: Path, unbuffered: str) -> None:
    command = [sys.executable, "-c", FULL_AT + PUT, "x", "1500"]
    with (tmp_path / "list").open("wb") as file:
        run = subprocess.run(
            command,
            stdout=file,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered},
        )
    assert run.returncode == 1
    assert run.stderr.startswith(b"The standard output could not be written: File too large.")
