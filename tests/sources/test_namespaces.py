"""Network namespaces that these tests make, as root; a test that needs more than the user has says so."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from tcpview_tui.sources.namespaces import Namespaces, NetNamespace, inside, visiting
from tests.sources.net import answer, child, linux, listening, until

pytestmark = linux
root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or not shutil.which("unshare"),
    reason="needs root and unshare to make a network namespace",
)
ip = pytest.mark.skipif(not shutil.which("ip"), reason="needs ip (iproute2) to name a network namespace")

NOBODY = 65534
WAITS = "echo; read line"


def inode_of(pid: int) -> int:
    return Path(f"/proc/{pid}/ns/net").stat().st_ino


@contextmanager
def unshared() -> Iterator[tuple[int, int]]:
    """The pid of a process in a network namespace of its own, and the inode of that."""
    with child("unshare", "-n", "sh", "-c", WAITS) as process:
        answer(process)
        yield process.pid, inode_of(process.pid)


@contextmanager
def named() -> Iterator[str]:
    name = f"tcpview-test-{uuid4().hex[:12]}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=True)


def interfaces() -> list[str]:
    return sorted(line.split(":")[0].strip() for line in Path("/proc/thread-self/net/dev").read_text().splitlines()[2:])


def threads() -> int:
    return sum(thread.name.startswith("namespace") for thread in threading.enumerate())


def test_the_own_namespace_is_known_and_not_among_the_others() -> None:
    namespaces = Namespaces()
    assert namespaces.own == inode_of(os.getpid())
    assert namespaces.own not in namespaces.look()


@root
def test_a_namespace_is_found_when_it_appears_and_gone_when_it_goes() -> None:
    namespaces = Namespaces()
    with unshared() as (pid, inode):
        assert namespaces.look()[inode] == NetNamespace(inode, None, f"/proc/{pid}/ns/net")
    assert inode not in namespaces.look()


@root
def test_a_namespace_of_several_processes_is_one() -> None:
    with unshared() as (pid, inode), child("nsenter", "-n", "-t", str(pid), "sh", "-c", WAITS) as second:
        answer(second)
        found = Namespaces().look()
        assert inode_of(second.pid) == inode
        assert found[inode].path in {f"/proc/{each}/ns/net" for each in (pid, second.pid)}


@root
@ip
def test_a_named_namespace_is_found_without_a_process_and_goes_with_its_name() -> None:
    namespaces = Namespaces()
    with named() as name:
        inode = Path(f"/run/netns/{name}").stat().st_ino
        assert namespaces.look()[inode] == NetNamespace(inode, name, f"/run/netns/{name}")
        assert "lo" in inside(f"/run/netns/{name}", inode, interfaces)
    assert name not in {found.name for found in namespaces.look().values()}


@root
@ip
def test_a_process_in_a_named_namespace_is_found_by_the_name() -> None:
    with named() as name, child("ip", "netns", "exec", name, "sh", "-c", WAITS) as process:
        answer(process)
        found = Namespaces().look()[inode_of(process.pid)]
        assert (found.name, found.path) == (name, f"/run/netns/{name}")


@root
def test_a_name_is_hostile_text_and_its_path_still_works(tmp_path: Path) -> None:
    mounted = tmp_path / "\x1b]52;c;QQ==\x07\u202e"
    mounted.touch()
    with unshared() as (pid, inode):
        subprocess.run(["mount", "--bind", f"/proc/{pid}/ns/net", mounted], check=True)
        try:
            found = Namespaces(named=[tmp_path]).look()[inode]
            assert inside(found.path, inode, interfaces) == inside(f"/proc/{pid}/ns/net", inode, interfaces)
        finally:
            subprocess.run(["umount", mounted], check=True)
    assert found == NetNamespace(inode, "\\x1b]52;c;QQ==\\x07\\u202e", str(mounted))


def test_a_file_left_over_from_a_mount_is_no_namespace(tmp_path: Path) -> None:
    (tmp_path / "left").touch()
    (tmp_path / "broken").symlink_to("nowhere")
    found = Namespaces(named=[tmp_path, tmp_path / "left", tmp_path / "missing"]).look()
    assert not [each for each in found.values() if each.name]


@root
def test_a_socket_made_inside_belongs_to_the_namespace() -> None:
    with listening() as here, unshared() as (pid, inode), ExitStack() as stack:
        port = here.getsockname()[1]
        made = inside(f"/proc/{pid}/ns/net", inode, lambda: stack.enter_context(socket.socket()))
        made.bind(("0.0.0.0", port))  # taken in the namespace of this program, free in the other
        made.listen()
        seen = Path(f"/proc/{pid}/net/tcp").read_text()
        assert f":{port:04X} " in seen
        assert f" {os.fstat(made.fileno()).st_ino} " in seen
        assert f" {os.fstat(here.fileno()).st_ino} " not in seen


@root
def test_only_the_helper_thread_goes_inside_and_it_ends_there() -> None:
    before = interfaces()
    with unshared() as (pid, inode):
        path = f"/proc/{pid}/ns/net"
        there = Path("/proc/thread-self/ns/net").stat
        assert inside(path, inode, there).st_ino == inode
        assert threads() == 0
        assert there().st_ino == Namespaces().own
        assert inside("/proc/self/ns/net", Namespaces().own, there).st_ino == Namespaces().own
    assert interfaces() == before


@root
def test_all_work_of_a_visit_is_done_by_one_thread_which_ends_with_it() -> None:
    with unshared() as (pid, inode):
        with visiting(f"/proc/{pid}/ns/net", inode) as visit:
            assert threads() == 0
            assert len({visit(threading.get_ident) for _ in range(3)}) == 1
            assert visit(interfaces) == ["lo"]
            assert threads() == 1
        assert threads() == 0


@root
def test_each_work_of_a_visit_that_cannot_enter_is_refused_undone() -> None:
    worked: list[int] = []
    with unshared() as (pid, inode), visiting(f"/proc/{pid}/ns/net", inode + 1) as visit:
        for _ in range(2):
            with pytest.raises(OSError, match="Stale"):
                visit(lambda: worked.append(1))
    assert worked == []


@root
def test_what_the_work_raises_is_raised_and_the_thread_ends_all_the_same() -> None:
    def fails() -> None:
        raise LookupError("the work")

    with unshared() as (pid, inode):
        with pytest.raises(LookupError, match="the work"):
            inside(f"/proc/{pid}/ns/net", inode, fails)
        assert threads() == 0


@root
def test_another_namespace_at_the_path_is_refused_before_any_work() -> None:
    worked: list[int] = []
    with unshared() as (pid, inode), pytest.raises(OSError, match="Stale") as refused:
        inside(f"/proc/{pid}/ns/net", inode + 1, lambda: worked.append(1))
    assert (refused.value.errno, refused.value.filename) == (errno.ESTALE, f"/proc/{pid}/ns/net")
    assert worked == []


@root
def test_a_namespace_of_another_kind_is_refused() -> None:
    with pytest.raises(OSError, match="Invalid") as refused:
        inside("/proc/self/ns/uts", Path("/proc/self/ns/uts").stat().st_ino, interfaces)
    assert refused.value.errno == errno.EINVAL


@root
def test_a_process_that_has_ended_is_told() -> None:
    with unshared() as (pid, inode):
        pass
    with pytest.raises(OSError, match=r"No such") as gone:
        inside(f"/proc/{pid}/ns/net", inode, interfaces)
    assert gone.value.errno in {errno.ENOENT, errno.ESRCH}


@root
def test_no_open_file_is_left_and_no_namespace_is_kept() -> None:
    namespaces = Namespaces()
    with unshared() as (pid, inode):
        path = namespaces.look()[inode].path
        inside(path, inode, interfaces)
        with pytest.raises(OSError, match="Stale"):
            inside(path, inode + 1, interfaces)
        opened = [os.path.realpath(each) for each in Path("/proc/self/fd").iterdir()]
        assert not [each for each in opened if "net:[" in each]
        device = alias(pid)
    until(lambda: device not in interfaces())


def alias(pid: int) -> str:
    """Give a namespace one end of a virtual cable, whose other end goes from here when the namespace does."""
    name = f"tv{uuid4().hex[:10]}"
    make = ["ip", "link", "add", name, "type", "veth", "peer", "name", "far", "netns", str(pid)]
    made = subprocess.run(make, check=False, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"needs a kernel with veth: {made.stderr.strip()}")
    assert name in interfaces()
    return name


UNPRIVILEGED = """
import ctypes, os, sys  # the library may lie where only root can read
from tcpview_tui.sources.namespaces import Namespaces, inside
os.setgroups([])
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
namespaces = Namespaces()
found = namespaces.look()
try:
    inside("/proc/self/ns/net", namespaces.own, os.getpid)
except OSError as error:
    number = error.errno
print(len([each for each in found.values() if each.path.startswith("/proc")]), namespaces.refused, number, flush=True)
"""


@root
def test_without_privilege_only_the_own_namespace_is_seen_and_the_refusals_are_counted() -> None:
    with unshared(), child(sys.executable, "-c", UNPRIVILEGED, str(NOBODY)) as process:
        others, refused, number = (int(word) for word in answer(process).split())
    assert others == 0
    assert refused >= 2
    assert number == errno.EPERM


def test_a_system_that_does_not_tell_its_own_namespace_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Namespaces(tmp_path)


def test_a_stub_of_proc_with_what_is_no_process_and_one_that_ended(tmp_path: Path) -> None:
    for pid, link in (("self", "net:[1]"), ("7", "net:[4026532245]"), ("8", "net:[4026532245]")):
        (tmp_path / pid / "ns").mkdir(parents=True)
        (tmp_path / pid / "ns" / "net").symlink_to(link)
    (tmp_path / "self" / "ns" / "net").unlink()
    (tmp_path / "self" / "ns" / "net").touch()
    (tmp_path / "9").mkdir()
    (tmp_path / "sys").mkdir()
    namespaces = Namespaces(tmp_path, named=())
    (found,) = namespaces.look().values()
    assert (found.inode, found.name) == (4026532245, None)
    assert found.path in {f"{tmp_path}/{pid}/ns/net" for pid in (7, 8)}
    assert namespaces.refused == 0
