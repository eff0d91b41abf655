"""What intruders do, done for real and harmlessly; and for each what looks like it and is normal.

Each is played on a `Stage`, which looks at it and judges. Those that look over time look themselves; the others only
do what they do. A normal one expects nothing: what marks its row is a false positive.
"""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tcpview_tui.findings.rule import MARKED
from tests.findings.appimage import mounted
from tests.findings.disguises import deleted, disguised, put_back, rebuilt, replaced, superserver, upgrading
from tests.findings.exact import timed
from tests.findings.packaged import install, swapped
from tests.findings.processes import copied, first_child, folder
from tests.findings.rules.test_kernel_name import RENAMED
from tests.findings.rules.test_memfd import CODE as IN_MEMORY
from tests.findings.rules.test_preload import harmless
from tests.findings.rules.test_shell import PIPES
from tests.findings.stage import FAR, HERE, NEAR, Stage, calling, talking
from tests.sources.net import answer, until

SLEEP = "/bin/sleep"
SNIFFS = """
import socket
taps = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
print(flush=True)
input()
"""


class Scenario(NamedTuple):
    """What is played, and the ids of the rules that should find it; none of something normal."""

    name: str
    play: Callable[[Stage], AbstractContextManager[None]]
    expected: frozenset[str] = frozenset()


class Outcome(NamedTuple):
    """The ids of the rules that should find it, of those that mark a row, and of those that found something low."""

    name: str
    expected: list[str]
    marked: list[str]
    low: list[str]
    absent: str = ""
    """Why it could not be played here; empty if it was."""


def outcome(scenario: Scenario) -> Outcome:
    """Play a scenario and say what was found."""
    expected = sorted(scenario.expected)
    with tempfile.TemporaryDirectory() as made, Stage(Path(made)) as stage, ExitStack() as stack:
        stage.look()
        try:
            stack.enter_context(scenario.play(stage))
        except OSError as error:
            return Outcome(scenario.name, expected, [], [], str(error))
        stage.settle()
        found = stage.findings()
    marked = sorted(each for each, finding in found.items() if finding.severity >= MARKED)
    return Outcome(scenario.name, expected, marked, sorted(found.keys() - set(marked)))


@contextmanager
def from_memory(_: Stage) -> Iterator[None]:
    with talking(sys.executable, "-c", IN_MEMORY, "x", "sleep") as process:
        until(lambda: "memfd:" in str(Path(f"/proc/{process.pid}/exe").readlink()))
        yield


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
def service(_: Stage) -> Iterator[None]:
    """A program of a package that listens and is connected to, as sshd does."""
    with socket.create_server(("0.0.0.0", 22)) as listener, talking(SLEEP, "600", also=(listener.fileno(),)):
        listener.close()
        yield


@contextmanager
def database(_: Stage) -> Iterator[None]:
    with folder(Path("/opt"), "db/bin") as place, socket.create_server(("0.0.0.0", 5432)) as listener:
        program = copied("sleep", place / "server")
        with talking(str(program), "600", host=NEAR, also=(listener.fileno(),)):
            listener.close()
            yield


def preloading(library: Callable[[], str]) -> Callable[[Stage], AbstractContextManager[None]]:
    @contextmanager
    def play(_: Stage) -> Iterator[None]:
        # The loader warns of a library that is not there, and goes on (ld.so(8)).
        with talking(SLEEP, "600", env={"LD_PRELOAD": library()}, stderr=subprocess.DEVNULL):
            yield

    return play


def bursting(host: str, port: int, number: int, backlog: int = 4096) -> Callable[[Stage], AbstractContextManager[None]]:
    """Connect to `number` addresses at one port; a `backlog` of 0 leaves all but one unanswered (listen(2))."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        with socket.create_server(("0.0.0.0", port), backlog=backlog), calling() as caller:
            stage.look()
            caller.call(*(f"{host.format(*divmod(turn, 200))}:{port}" for turn in range(number)))
            stage.look(5)
            yield

    return play


def repeating(
    host: str, jitter: float, period: float = 60.0, beats: int = 16, looks: int = 5
) -> Callable[[Stage], AbstractContextManager[None]]:
    """Connect every minute, or `period`, and look; `jitter` is the share by which a call may come early or late."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        chance = random.Random(6)
        with socket.create_server((host, 4444), backlog=beats), calling() as caller:
            for _ in range(beats):
                caller.call(f"{host}:4444")
                stage.look(0.5)
                caller.call("close")
                wait = period * chance.uniform(1 - jitter, 1 + jitter) - 0.5
                for _ in range(looks):
                    stage.look(wait / looks)
            yield

    return play


def listed(entry: str, host: str) -> Callable[[Stage], AbstractContextManager[None]]:
    """Connect to `host`, while a list names `entry`."""

    @contextmanager
    def play(stage: Stage) -> Iterator[None]:
        stage.plant(f"{entry}\n")
        stage.clock.advance(61)  # the lists are looked at once a minute
        with talking(SLEEP, "600", host=host):
            yield

    return play


SCENARIOS = (
    Scenario("a program deleted from /dev/shm", deleted, frozenset({"deleted-exe", "exe-place"})),
    Scenario("a program replaced by another one", replaced, frozenset({"deleted-exe"})),
    Scenario("the program of a package, too", upgrading(lambda root: swapped("cat", root)), frozenset({"deleted-exe"})),
    Scenario("a program whose original was put back", put_back, frozenset({"deleted-exe"})),
    Scenario("a program in memory (memfd)", from_memory, frozenset({"memfd-exe"})),
    Scenario("the name of a kernel thread by prctl", kernel_name, frozenset({"fake-kernel-thread"})),
    Scenario("the name of a kernel thread by argv", kernel_argv, frozenset({"fake-kernel-thread"})),
    Scenario("a shell on a socket of loopback", shell_on_socket, frozenset({"shell-on-socket"})),
    Scenario("a copied shell, named otherwise", disguised(), frozenset({"shell-on-socket", "name-mismatch"})),
    Scenario("the same with a byte appended", disguised(b"."), frozenset({"shell-on-socket", "name-mismatch"})),
    Scenario("a shell behind a connection", shell_behind, frozenset({"shell-behind-connection"})),
    Scenario("a packet socket", sniffer, frozenset({"sniffer"})),
    Scenario("a packet socket in another network", sniffer_elsewhere, frozenset({"sniffer"})),
    Scenario("LD_PRELOAD", preloading(harmless), frozenset({"preload"})),
    Scenario("SSH at 300 addresses of loopback", bursting("127.1.{}.{}", 22, 300), frozenset({"scan"})),
    Scenario("SMB at 100 addresses, none answers", bursting("45.0.0.{1}", 445, 100, 0), frozenset({"scan"})),
    Scenario("a beacon with jitter", repeating(FAR, 0.2), frozenset({"beacon"})),
    Scenario("a beacon every 2 s", timed(repeating(FAR, 0.2, 2.0, 100, 1)), frozenset({"beacon"})),
    Scenario("an address on a list", listed("45.0.0.0/24", FAR), frozenset({"listed-address"})),
    Scenario("normal: a package upgrade", upgrading(lambda root: install(root, 2, "cat"))),
    Scenario("normal: a developer's rebuild", rebuilt),
    Scenario("normal: a service of a superserver", superserver),
    Scenario("normal: an AppImage", appimage),
    Scenario("normal: a title like that of php-fpm", title),
    Scenario("normal: a service like sshd", service),
    Scenario("normal: a packet socket of a DHCP client", dhcp_client),
    Scenario("normal: a daemon that writes to the journal", journal),
    Scenario("normal: a terminal program", terminal),
    Scenario("normal: LD_PRELOAD of an allocator", preloading(lambda: "libjemalloc.so.2")),
    Scenario("normal: a burst like that of a browser", bursting("45.0.0.{1}", 443, 60)),
    Scenario("normal: a health check with jitter", repeating(NEAR, 0.2)),
    Scenario("normal: a health check every 2 s", timed(repeating(NEAR, 0.2, 2.0, 100, 1))),
    Scenario("normal: a database server in /opt", database),
    Scenario("normal: a list that has all of 127.0.0.0/8", listed("127.0.0.0/8", HERE)),
    Scenario("normal: a list that has all of 10.0.0.0/8", listed("10.0.0.0/8", NEAR)),
)
