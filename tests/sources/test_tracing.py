"""The tracefs instance: made, removed on every way out, never that of another."""

from __future__ import annotations

import errno
import os
import sys
import threading
from pathlib import Path

import pytest

from tcpview_tui.sources import tracefs
from tcpview_tui.sources.tracing import Instance, buffer_kb, own_name
from tests.sources.net import python, tcp_pair, until
from tests.sources.traced import instances, traced

OPENS = """
import os, sys
from tcpview_tui.sources.tracing import Instance
instance = Instance()
print(os.getpid(), flush=True)
input()
"""


def of(pid: int) -> list[str]:
    return [name for name in instances() if name.startswith(f"tcpview-tui-{pid}-")]


@traced
def test_closing_removes_the_instance_and_may_be_done_twice() -> None:
    instance = Instance()
    assert of(os.getpid()) == [own_name()]
    instance.close()
    instance.close()
    assert of(os.getpid()) == []


@traced
def test_an_instance_reports_a_connection() -> None:
    instance = Instance()
    try:
        with tcp_pair() as (_, client, _):
            port = b"sport=%d " % client.getsockname()[1]
            until(lambda: port in instance.read())
    finally:
        instance.close()


@traced
def test_what_a_killed_run_left_goes_at_the_next_start_and_a_living_one_stays() -> None:
    with python(OPENS) as (killed, _), python(OPENS) as (living, _):
        killed.kill()
        killed.wait()
        assert len(of(killed.pid)) == len(of(living.pid)) == 1
        Instance().close()
        assert (len(of(killed.pid)), len(of(living.pid))) == (0, 1)
        living.communicate(b"\n")
        assert of(living.pid) == [], "the end of the program removes it too"


@traced
def test_an_instance_of_a_reused_pid_is_a_leftover() -> None:
    root = tracefs.open_root()
    name = f"tcpview-tui-{os.getpid()}-1"
    try:
        os.mkdir(f"instances/{name}", dir_fd=root)
    finally:
        os.close(root)
    Instance().close()
    assert name not in instances()


@traced
def test_instances_of_others_are_left_alone() -> None:
    root = tracefs.open_root()
    try:
        os.mkdir("instances/tcpview-tui-test-of-another", dir_fd=root)
        Instance().close()
        assert "tcpview-tui-test-of-another" in instances()
        os.rmdir("instances/tcpview-tui-test-of-another", dir_fd=root)
    finally:
        os.close(root)


@traced
def test_a_second_one_in_the_same_process_is_refused_and_leaves_the_first() -> None:
    first = Instance()
    try:
        with pytest.raises(OSError, match="refused to trace TCP"):
            Instance()
        assert of(os.getpid()) == [own_name()]
    finally:
        first.close()


@pytest.mark.parametrize(("processors", "kb"), [(1, 2048), (8, 2048), (16, 1024), (64, 256), (512, 256)])
def test_the_buffers_of_many_processors_are_smaller(processors: int, kb: int) -> None:
    assert buffer_kb(processors) == kb


@traced
def test_the_kernel_is_told_the_size_of_its_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 32)
    instance = Instance()
    try:
        file = os.open(f"instances/{own_name()}/buffer_size_kb", os.O_RDONLY, dir_fd=instance._root)
        with os.fdopen(file, encoding="ascii") as size:
            assert 512 <= int(size.read().split()[0]) < 520, "the kernel rounds up to whole pages"
    finally:
        instance.close()


@traced
def test_nothing_is_mounted_for_others_to_see() -> None:
    mounts = Path("/proc/self/mountinfo")
    before = mounts.read_text()
    Instance().close()
    assert mounts.read_text() == before


def test_where_no_thread_can_start_the_mount_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(tracefs, "_PLACES", ("/nowhere",))
    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(OSError, match="no thread could be started") as told:
        tracefs.open_root()
    assert told.value.errno == errno.EAGAIN


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root, to give it up")
def test_without_root_the_reason_is_told() -> None:
    code = "import os\nfrom tcpview_tui.sources.tracing import Instance\nos.setuid(65534)\n"
    code += "try: Instance()\nexcept OSError as error: print(error.errno, flush=True)"
    with python(code) as (_, numbers):
        assert numbers[0] in {1, 13}
