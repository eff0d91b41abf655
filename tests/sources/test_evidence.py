"""What is read of one process, of real ones: files that go, sockets that stand for streams, roots that differ."""

from __future__ import annotations

import os
import pty
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.sources.net import linux, root, tcp_pair, until

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.evidence import Claim, Contact, Evidence, Executable, File, Stream, Unread
    from tcpview_tui.sources import proctable
    from tcpview_tui.sources.evidence import capabilities, reader
    from tcpview_tui.sources.evidence.reader import read
    from tests.findings.processes import (
        WAITS,
        as_nobody,
        contact,
        copied,
        evidence_of,
        executable_of,
        first_child,
        folder,
        process_of,
        running,
        sleeping,
    )

NET_RAW = struct.pack("<5I", 0x0200_0001, 1 << 13, 0, 1 << 6, 0)
"""struct vfs_cap_data, revision 2, effective: net_raw and, above bit 31, perfmon (linux/capability.h)."""


def test_what_is_read_of_a_steady_process() -> None:
    with folder() as place:
        program = copied("sleep", place / "worker")
        with sleeping(program) as pid:
            until(lambda: evidence_of(pid).files == 3)  # and not a library as well, which it loads as it starts
            found, stat = evidence_of(pid), program.stat()
            identity = File(stat.st_dev, stat.st_ino, stat.st_mode, stat.st_uid, 1, stat.st_ctime, stat.st_mtime)
    assert (found.comm, found.kernel, found.uid, found.claim) == ("worker", False, os.geteuid(), Claim.NONE)
    assert found.argv == (str(program), "600")
    assert found.executable == Executable(str(program), False, identity, identity, ())
    assert found.loader == {}
    assert found.shells == ()


@root
def test_the_rights_of_a_file() -> None:
    with folder() as place:
        program = copied("sleep", place / "worker")
        os.setxattr(program, "security.capability", NET_RAW)
        program.chmod(0o4755)
        with sleeping(program) as pid:
            found = executable_of(pid)
    assert found.capabilities == ("cap_net_raw", "cap_perfmon")
    assert isinstance(found.file, File)
    assert found.file.is_setuid


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (b"", ()),
        (b"\1\0\0", ()),
        (struct.pack("<3I", 0x0100_0000, 1, 2), ("cap_chown", "cap_dac_override")),
        (
            struct.pack("<6I", 0x0300_0001, 0, 1 << 31, 1 << 8, 1 << 31, 1000),
            ("cap_setfcap", "cap_checkpoint_restore", "cap_63"),
        ),
    ],
)
def test_capabilities_of_all_revisions(raw: bytes, names: tuple[str, ...]) -> None:
    assert capabilities.decode(raw) == names


def test_a_process_that_ended_is_not_described() -> None:
    with folder() as place, sleeping(copied("sleep", place / "worker")) as pid:
        process = process_of(pid)
        later = replace(process, started=(process.started or 0) + 5)
        assert read(later) == Unread("it has ended")
        assert "nothing proves" in getattr(read(replace(process, started=None)), "reason", "")
    assert read(process) == Unread("it has ended")


def test_one_that_ends_or_starts_another_program_while_it_is_read_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with folder() as place, sleeping(copied("sleep", place / "worker")) as pid:
        process = process_of(pid)
        evidence_of(pid)
        entry = proctable.read_entry(pid)
        assert entry
        for second, reason in ((None, "it has ended"), (replace(entry, image="9 9 9"), "starting another program")):
            answers = [entry, second]
            monkeypatch.setattr(reader, "read_entry", lambda _, answers=answers: answers.pop(0))
            assert reason in getattr(read(process), "reason", "")


def test_one_that_nobody_has_waited_for_has_no_executable() -> None:
    with subprocess.Popen(["true"]) as process:
        entry = until(lambda: (found := proctable.read_entry(process.pid)) and found.state == "zombie" and found)
        assert entry.name == "true"
        assert evidence_of(process.pid).executable is None


def test_another_system_is_no_acquittal(monkeypatch: pytest.MonkeyPatch) -> None:
    process = process_of(os.getpid())
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "only Linux" in getattr(read(process), "reason", "")


def test_who_may_not_look_is_told_why() -> None:
    with as_nobody():
        found = evidence_of(1, contact(1))
    assert found.comm
    assert not found.kernel
    assert isinstance(found.argv, tuple)
    for value, file in (
        (found.executable, "exe"),
        (found.claim, "exe"),
        (found.streams, "fd"),
        (found.loader, "environ"),
    ):
        assert value == Unread(f"not permitted: /proc/1/{file} is readable by its user and root only")


def stream(number: int, **streams: Any) -> Stream:
    with running(sys.executable, "-c", WAITS, **streams) as process:
        found = evidence_of(process.pid).streams
    assert not isinstance(found, Unread)
    told = found[number]
    assert told
    return told


def test_streams_are_told_apart() -> None:
    pair = socket.socketpair()
    with pair[0], pair[1], tcp_pair() as (_, client, _), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp:
        unix, tcp, datagrams = stream(0, stdin=pair[0]), stream(1, stdout=client), stream(2, stderr=udp)
    pipe = stream(0)
    ours, theirs = pty.openpty()
    terminal = stream(1, stdout=theirs)
    os.close(ours)
    os.close(theirs)
    assert [each.protocol for each in (tcp, datagrams, pipe, terminal)] == ["TCP", "UDPv6", None, None]
    assert str(unix.protocol).startswith("UNIX")
    assert [each.is_network for each in (unix, tcp, datagrams, pipe, terminal)] == [False, True, True, False, False]
    assert (pipe.is_pipe, pipe.is_terminal, terminal.is_terminal, terminal.is_pipe) == (True, False, True, False)


def test_the_loader_is_told_by_three_variables() -> None:
    environment = {"LD_PRELOAD": "libeatmydata.so", "LD_AUDIT": "", "LD_LIBRARY_PATH": "/x\x1b", "LD_DEBUG_OUTPUT": "y"}
    with running("sleep", "600", env={**environment, "PATH": os.environ["PATH"]}, stderr=subprocess.DEVNULL) as process:
        assert evidence_of(process.pid).loader == {"LD_PRELOAD": "libeatmydata.so", "LD_LIBRARY_PATH": "/x\\x1b"}


SHELLS = "import subprocess as s; [s.Popen([*each.split()], stdin=s.PIPE) for each in {!r}]; input()"
IN_THREAD = "import threading; t = threading.Thread(target=lambda: exec({!r}, {{}})); t.start(); t.join()"


@pytest.mark.parametrize("wrap", [str, lambda code: IN_THREAD.format(code)], ids=["first thread", "other thread"])
def test_children_that_are_shells(wrap: Callable[[str], str]) -> None:
    code = wrap(SHELLS.format(["sh", "sleep 600"]))
    with running(sys.executable, "-c", code) as process:
        far = contact(process.pid)
        found = until(lambda: evidence_of(process.pid, far).shells)
        assert evidence_of(process.pid).shells == ()  # nobody asks without a contact
    assert [each.argv for each in found] == [("sh",)]
    assert found[0].streams[0].is_pipe


def test_texts_are_safe() -> None:
    hostile = "\x1b]52;c;QQ==\x07\udcff\u202e"
    environment = {"LD_LIBRARY_PATH": hostile}
    with folder(name=hostile) as place, sleeping(copied("sleep", place / "x"), hostile, env=environment) as pid:
        found = evidence_of(pid)
    assert isinstance(found, Evidence)
    assert str(found).isprintable()
    assert found.argv == ("\\x1b]52;c;QQ==\\x07\\xff\\u202e", "600")


def test_a_contact_is_passed_on() -> None:
    far = Contact("203.0.113.7", 4444, 1.0, True)
    with folder() as place, sleeping(copied("sleep", place / "worker")) as pid:
        assert evidence_of(pid, far).contacts == (far,)


def test_a_terminal_has_a_first_child() -> None:
    with running(sys.executable, "-c", "import pty; pty.spawn(['sh'])") as process:
        shell = first_child(process.pid)
        found = evidence_of(shell).streams
    assert not isinstance(found, Unread)
    assert all(each and each.is_terminal for each in found)


def test_erased_arguments_are_told_from_none() -> None:
    with folder() as place, sleeping(copied("sleep", place / "worker"), "") as pid:
        assert evidence_of(pid).argv == ("", "600")
    with running("", executable=shutil.which("cat")) as process:
        assert evidence_of(process.pid).argv == ("",)
