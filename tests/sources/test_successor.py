"""What has the place of a deleted program: compared with what its package brought, in the root of the process."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from tests.sources.net import linux, root

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.evidence import Unread
    from tcpview_tui.sources.evidence import successor
    from tcpview_tui.sources.packages.answers import Checksum, Owner
    from tests.findings.processes import copied, folder, sleeping
    from tests.sources.packages.databases import CAT, with_program

NEXT = CAT.read_bytes()


def owner(content: bytes | None = NEXT, algorithm: str = "sha256") -> Owner:
    digest = content and hashlib.new(algorithm, content).hexdigest()
    return Owner("worker", "dpkg", "2", Checksum(algorithm, digest) if digest else None)


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256"])
def test_the_new_file_is_compared_and_not_the_running_one(algorithm: str) -> None:
    with folder() as place:
        program = copied("sleep", place / "worker")
        with sleeping(program) as pid:
            copied("cat", place / "worker.dpkg-new").replace(program)
            assert successor.agrees(pid, owner(algorithm=algorithm)) is True
            assert successor.agrees(pid, owner(b"other", algorithm)) is False
            program.write_bytes(b"#!/bin/sh\n")
            assert successor.agrees(pid, owner(algorithm=algorithm)) is False


def test_what_cannot_be_compared_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with folder() as place:
        program = copied("sleep", place / "worker")
        with sleeping(program) as pid:
            assert successor.agrees(pid, owner(None)) == Unread("dpkg keeps no checksum of it")
            program.unlink()
            program.symlink_to(CAT)
            assert isinstance(successor.agrees(pid, owner()), Unread)  # who made the link is not the package
            copied("cat", place / "new").replace(program)
            monkeypatch.setattr(successor, "LARGEST", 10)
            assert "are read" in getattr(successor.agrees(pid, owner()), "reason", "")
        assert successor.agrees(pid, owner()) == Unread("it has ended")


@root
def test_it_is_looked_for_in_the_root_of_the_process(tmp_path: Path) -> None:
    jail = tmp_path / "jail"
    program = with_program(jail, "/usr/bin/worker", Path("/bin/sleep").read_bytes())
    with sleeping(Path("/usr/bin/worker"), preexec_fn=lambda: os.chroot(jail)) as pid:
        with_program(jail, "/usr/bin/new", NEXT).replace(program)
        assert successor.agrees(pid, owner()) is True
