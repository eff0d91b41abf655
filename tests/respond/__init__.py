"""Real processes for the tests of actions: each is started here, says when it is ready, and is ended by its own pid."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

import psutil

from tcpview_tui.model.process import Process

Child = subprocess.Popen[bytes]

SLEEP = "import os, time; os.write(1, b'ready\\n'); time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"
ZOMBIE = "import os; pid = os.fork(); pid or os._exit(0); os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)"
LEADERLESS = f"""
import ctypes, os, threading, time
threading.Thread(target=time.sleep, args=(600,)).start()
os.write(1, b"ready\\n")
ctypes.CDLL(None).syscall({60 if os.uname().machine == "x86_64" else 93}, 0)
"""
FORKS_WHEN_ASKED = """
import os, signal, sys, time
def fork(*_):
    if os.fork():
        os.write(1, b"forked\\n")
    else:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        time.sleep(600)
signal.signal(signal.SIGTERM, fork)
os.write(1, b"ready\\n")
while True:
    time.sleep(600)
"""
FORKS_ALL_THE_TIME = """
import os, time
os.write(1, b"ready\\n")
for _ in range(400):
    os.fork() or time.sleep(600)
    time.sleep(0.0005)
time.sleep(600)
"""
STARTS_AGAIN = """
import os, time
def start():
    return os.fork() or time.sleep(600)
start(), start()
os.write(1, b"ready\\n")
for _ in range(400):
    os.wait()
    start()
"""
FAMILY = f"import os; os.fork(); os.fork(); {SLEEP}"
PROBE = """
import os, sys
sys.path.insert(0, sys.argv[3])
from tcpview_tui.model.process import Process
from tcpview_tui.respond.plan import make_plan
from tcpview_tui.respond.terminate import terminate
os.setuid(65534)
target = Process(int(sys.argv[1]), float(sys.argv[2]), "victim")
for name in ("TERM", "KILL"):
    for tree in (False, True):
        outcome = terminate(make_plan(target, []), name, tree)
        print(outcome.ok, outcome.kind, outcome.sentence)
"""


@contextmanager
def running(code: str) -> Iterator[Child]:
    """A Python process that has printed its first line, in a group of its own that ends with the test.

    Its descendants share its stdout, so that `line` returns nothing only when all of them have ended.
    """
    command = [sys.executable, "-c", code]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0, start_new_session=True)
    try:
        assert line(child)
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(30)
        pipe(child.stdout).close()


def line(child: Child) -> bytes:
    """The next line that the process prints; empty when nobody is left who could print one."""
    stream = pipe(child.stdout)
    assert select.select([stream], [], [], 60)[0], "the process is silent"
    return stream.readline()


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream
    return stream


def process(pid: int) -> Process:
    return Process(pid, psutil.Process(pid).create_time(), psutil.Process(pid).name())
