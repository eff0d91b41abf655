"""Programs that pose, overhear, preload, or have a shell do what somebody says; played for real, as `scenario` asks."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.findings.appimage import mounted
from tests.findings.jobs import job
from tests.findings.processes import copied, first_child, folder
from tests.findings.rules.test_kernel_name import RENAMED
from tests.findings.rules.test_memfd import CODE as IN_MEMORY
from tests.findings.rules.test_shell import PIPES
from tests.findings.stage import FAR, HERE, NEAR, Play, Stage, talking
from tests.sources.net import answer, until

SLEEP = "/bin/sleep"
SNIFFS = """
import socket
taps = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
print(flush=True)
input()
"""


def from_memory(name: str = "x", host: str = FAR) -> Play:
    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with talking(sys.executable, "-c", IN_MEMORY, name, "sleep", host=host) as process:
            until(lambda: "memfd:" in str(Path(f"/proc/{process.pid}/exe").readlink()))
            yield

    return play


@contextmanager
def appimage(_: Stage) -> Iterator[None]:
    with folder() as place, mounted(copied("sleep", place / "worker")) as program, talking(str(program), "600"):
        yield


@contextmanager
def kernel_name(_: Stage) -> Iterator[None]:
    with talking(sys.executable, "-c", RENAMED, "kworker/0:1") as process:
        answer(process)
        yield


@contextmanager
def kernel_argv(_: Stage) -> Iterator[None]:
    with talking("[kworker/0:1]", "600", executable=SLEEP):
        yield


@contextmanager
def title(_: Stage) -> Iterator[None]:
    with folder() as place:
        program = copied("sleep", place / "worker")
        with talking("worker: pool www", "600", executable=str(program)):
            yield


@contextmanager
def shell_on_socket(_: Stage) -> Iterator[None]:
    with talking("sh", host=HERE, stdio=True):
        yield


@contextmanager
def journal(_: Stage) -> Iterator[None]:
    ours, theirs = socket.socketpair()
    with ours, theirs, talking("sh", "-c", "read line", stdout=theirs, stderr=theirs):
        yield


@contextmanager
def shell_behind(_: Stage) -> Iterator[None]:
    with talking(sys.executable, "-c", PIPES, stderr=subprocess.DEVNULL) as process:
        first_child(process.pid)
        yield


@contextmanager
def terminal(_: Stage) -> Iterator[None]:
    usual = {"SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}
    with talking("script", "-q", "/dev/null", env=usual) as process:
        first_child(process.pid)
        yield


def joining(line: str) -> Play:
    """Run a job of which one program is connected, all of it in a pipeline."""

    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        with job(line, FAR, stderr=subprocess.DEVNULL):
            yield

    return play


@contextmanager
def sniffer(_: Stage) -> Iterator[None]:
    with talking(sys.executable, "-c", SNIFFS) as process:
        answer(process)
        yield


@contextmanager
def sniffer_elsewhere(_: Stage) -> Iterator[None]:
    with talking("unshare", "-n", sys.executable, "-c", SNIFFS) as process:
        answer(process)
        yield


@contextmanager
def dhcp_client(_: Stage) -> Iterator[None]:
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    with tap, folder(Path("/opt"), "dhcp/bin") as place:
        program = copied("sleep", place / "dhclient")
        with talking(str(program), "600", also=(tap.fileno(),)):
            tap.close()
            yield


@contextmanager
def database(_: Stage) -> Iterator[None]:
    with folder(Path("/opt"), "db/bin") as place, socket.create_server(("0.0.0.0", 5432)) as listener:
        program = copied("sleep", place / "server")
        with talking(str(program), "600", host=NEAR, also=(listener.fileno(),)):
            listener.close()
            yield


def preloading(library: Callable[[], str]) -> Play:
    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        # The loader warns of a library that is not there, and goes on (ld.so(8)).
        with talking(SLEEP, "600", env={"LD_PRELOAD": library()}, stderr=subprocess.DEVNULL):
            yield

    return play


def listed(entry: str, host: str) -> Play:
    """Connect to `host`, while a list names `entry`."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        stage.plant(f"{entry}\n")
        stage.clock.advance(61)  # the lists are looked at once a minute
        with talking(SLEEP, "600", host=host):
            yield

    return play
