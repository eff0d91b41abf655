"""Shells under other names: those that somebody copied, and those that a distribution or an image has."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sources.net import linux, root, tcp_pair

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.evidence import Executable
    from tcpview_tui.sources.evidence import contents, copies
    from tests.findings.processes import SHM, WAITS, copied, evidence_of, executable_of, folder, running, shm
    from tests.sources.packages.databases import with_program

BASH = Path(shutil.which("bash") or "bash").resolve()
SHELL = Path("/bin/dash") if Path("/bin/dash").exists() else BASH
BUILD_ID, OTHER = b"\x03\0\0\0GNU\0", b"\x63\0\0\0GNU\0"
"""The type of a note and its name, and those of one that tells nothing (elf(5), NT_GNU_BUILD_ID)."""
has_bash = pytest.mark.skipif(not BASH.is_file(), reason="needs bash")


def original(program: Path | str, *argv: str, socket: bool = True, **options: Any) -> object:
    """What a program that waits is found to be a copy of, with or without a socket as its standard output."""
    with tcp_pair() as (_, client, _):
        client.setblocking(True)
        streams = {"stdin": client, "stdout": client} if socket else {}
        with running(str(program), *argv, **streams, **options) as process:
            return executable_of(process.pid).original


@has_bash
def test_a_copied_shell_is_told_by_its_bytes(tmp_path: Path) -> None:
    with folder() as place:
        copy = copied("bash", place / "worker")
        assert original(copy) == "/usr/bin/bash"
        assert original(copy, socket=False) is None  # few are worth that look
        with copy.open("ab") as file:
            file.write(b"\0")
        assert original(copy) == "/usr/bin/bash"  # its build id is the same whatever comes after it
        content = SHELL.read_bytes().replace(BUILD_ID, OTHER)
        assert content != SHELL.read_bytes()
        copy.write_bytes(content)
        assert original(copy) is None
    assert original(copied("bash", tmp_path / "worker"), socket=False) == "/usr/bin/bash"  # in a directory of everybody


@shm
@has_bash
def test_one_that_deleted_itself_too() -> None:
    with folder(SHM) as place:
        copy = copied("bash", place / "worker")
        with running(str(copy)) as process:
            evidence_of(process.pid)
            copy.unlink()
            assert executable_of(process.pid).original == "/usr/bin/bash"


def test_an_interpreter_is_one_too() -> None:
    with folder() as place:
        copy = copied("perl", place / "worker") if shutil.which("perl") else pytest.skip("needs perl")
        assert original(copy, "-e", "<STDIN>") == "/usr/bin/perl"


@has_bash
def test_names_of_a_distribution_are_none() -> None:
    assert original("/bin/sh") is None
    with folder() as place:
        (place / "rbash").symlink_to(BASH)
        assert original(place / "rbash") is None
        assert original(copied("bash", place / "bash")) is None
        assert original(copied("bash", place / "bash5.2")) is None
        assert original(copied("sleep", place / "worker"), "600") is None


@root
@has_bash
def test_a_link_is_one_where_not_only_the_administrator_may_make_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with folder(BASH.parent.parent / "local") as place:  # on the same file system
        try:
            (place / "worker").hardlink_to(BASH)
        except OSError as error:
            pytest.skip(str(error))
        assert original(place / "worker") is None
        monkeypatch.setattr(copies, "is_steady", lambda path: False)
        assert original(place / "worker") == "/usr/bin/bash"


@root
def test_without_a_build_id_the_bytes_count(tmp_path: Path) -> None:
    shell = SHELL.read_bytes().replace(BUILD_ID, OTHER)
    jail = tmp_path / "jail"
    with_program(jail, "/bin/sh", shell)
    enter: dict[str, Any] = {"preexec_fn": lambda: os.chroot(jail)}
    changed = shell.replace(b"Usage", b"usage", 1) if b"Usage" in shell else shell[:-1] + b"!"
    for content, found in ((shell, "/bin/sh"), (changed, None), (shell + b"!", None)):
        with_program(jail, "/srv/worker", content)
        assert original("/srv/worker", **enter) == found


@root
def test_a_shell_behind_a_link_that_is_replaced_is_known_after_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 60.0
    monkeypatch.setattr(copies, "monotonic", lambda: now)
    jail, shell = tmp_path / "jail", SHELL.read_bytes()
    with_program(jail, "/srv/shells/sh", shell.replace(BUILD_ID, OTHER))
    with_program(jail, "/srv/worker", shell)
    (jail / "bin").mkdir(exist_ok=True)
    (jail / "bin/sh").symlink_to("/srv/shells/sh")
    enter: dict[str, Any] = {"preexec_fn": lambda: os.chroot(jail)}
    assert original("/srv/worker", **enter) is None
    with_program(jail, "/srv/shells/sh", shell)
    now += 60.0
    assert original("/srv/worker", **enter) == "/bin/sh"


@root
def test_a_copied_multi_call_program_is_what_it_is_called(tmp_path: Path) -> None:
    jail = tmp_path / "jail"
    for path in ("/bin/busybox", "/srv/worker"):
        with_program(jail, path, SHELL.read_bytes())
    options: dict[str, Any] = {"executable": "/srv/worker", "preexec_fn": lambda: os.chroot(jail)}
    assert original("sh", **options) == "/bin/busybox"
    assert original("httpd", **options) is None


@root
def test_shells_are_those_of_the_root_of_the_process(tmp_path: Path) -> None:
    shell = SHELL.read_bytes()
    jail = tmp_path / "jail"
    with_program(jail, "/usr/bin/worker", shell)
    (jail / "bin").mkdir(exist_ok=True)
    enter: dict[str, Any] = {"preexec_fn": lambda: os.chroot(jail)}
    assert original("/usr/bin/worker", **enter) is None  # no shell is there: nothing to compare it with
    link = jail / "usr/bin/sh"
    link.symlink_to("/etc/alternatives/sh")
    assert original("/usr/bin/worker", **enter) is None  # a link that leads nowhere, and not out of the root
    with_program(jail, "/etc/alternatives/sh", shell)
    assert original("/usr/bin/worker", **enter) == "/usr/bin/sh"


@has_bash
def test_a_large_program_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_LARGEST", 1_000)
    with folder() as place:
        assert original(copied("bash", place / "worker")) is None


def test_a_file_is_read_once_for_as_long_as_it_stays(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"one")
    (tmp_path / "link").hardlink_to(file)
    one, other = contents.content_of(str(file)), contents.content_of(str(tmp_path / "link"))
    assert one == other
    assert contents.digest(one, "md5") is contents.digest(other, "md5")
    file.write_bytes(b"three")
    assert contents.digest(contents.content_of(str(file)), "md5") != contents.digest(one, "md5")


def test_what_changed_since_or_is_no_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"one")
    before = contents.content_of(str(file))
    file.write_bytes(b"three")
    with pytest.raises(OSError, match="changed while"):
        contents.digest(before, "sha256")
    with pytest.raises(OSError, match="no regular file"):
        contents.content_of("/dev/zero")


def test_who_waits_with_ordinary_streams_costs_no_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "content_of", lambda path: pytest.fail(path))
    with folder() as place, running(sys.executable, "-c", WAITS) as process:
        assert place
        found = evidence_of(process.pid).executable
    assert isinstance(found, Executable)
