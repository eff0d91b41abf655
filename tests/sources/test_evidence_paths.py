"""What lies at the paths of a process, in the root that it has: its executable, and what it claims to be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.net import child, linux, python, root, until

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.evidence import Claim
    from tcpview_tui.sources.evidence import mounts
    from tcpview_tui.sources.evidence.roots import Root
    from tests.findings.processes import copied, evidence_of, executable_of, folder, sleeping


@pytest.mark.parametrize(
    ("first", "claim"),
    [
        ("{folder}/link", Claim.SAME),
        ("link", Claim.SAME),
        ("{folder}/hard --option", Claim.SAME),
        ("{folder}/script", Claim.SCRIPT),
        ("{folder}/other", Claim.OTHER),
        ("{folder}", Claim.OTHER),
        ("{folder}/missing", Claim.MISSING),
        ("{folder}/worker/x", Claim.MISSING),
        ("other", Claim.NONE),
        ("./other", Claim.NONE),
        ("", Claim.NONE),
        ("-worker", Claim.NONE),
        ("/usr/other/worker", Claim.MISSING),
        ("{folder}/../programs/worker", Claim.SAME),
        ("{folder}/worker --option", Claim.NONE),
        ("/proc/self/exe", Claim.NONE),
    ],
)
def test_what_a_process_claims_to_be(first: str, claim: Claim) -> None:
    with folder() as place:
        program = copied("sleep", place / "worker")
        (place / "link").symlink_to("worker")
        (place / "hard").hardlink_to(program)
        (place / "script").write_text("#!/bin/sh\n")
        (place / "other").write_text("\x7fELF")
        with sleeping(program, first.format(folder=place)) as pid:
            assert evidence_of(pid).claim is claim


def test_a_claim_to_be_what_cannot_be_opened_at_once_waits_for_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with folder() as place, sleeping(copied("sleep", place / "worker"), str(tmp_path / "fifo")) as pid:
        assert evidence_of(pid).claim is Claim.OTHER


def test_links_are_followed_in_the_root_of_the_process(tmp_path: Path) -> None:
    place = tmp_path / "root"
    (place / "usr/bin").mkdir(parents=True)
    (place / "usr/bin/vim.basic").touch()
    (place / "usr/bin/vi").symlink_to("/etc/alternatives/vi")
    (place / "etc/alternatives").mkdir(parents=True)
    (place / "etc/alternatives/vi").symlink_to("../../usr/bin/./vim.basic")
    (place / "bin").symlink_to("usr/bin")
    (place / "round").symlink_to("/round")
    (place / "out").symlink_to("../../../../etc/alternatives/vi")
    inside = Root(str(tmp_path), "/")
    for path in ("/bin/vi", "/usr/bin/vi", "/out", "/bin/vim.basic"):
        assert inside.resolve(path) == f"{place}/usr/bin/vim.basic"
    assert inside.resolve("/bin/none") == f"{place}/usr/bin/none"
    with pytest.raises(OSError, match="Too many"):
        inside.resolve("/round")


@root
def test_a_program_that_left_its_file_behind_with_chroot_is_not_gone(tmp_path: Path) -> None:
    code = f"import os; os.chroot({str(tmp_path)!r}); print(flush=True); input()"
    with python(code) as (process, _):
        found = executable_of(process.pid)
    assert not found.deleted
    assert found.present == found.file


NAMESPACE = """
mount -t tmpfs none "$1" && cp "$2" "$1/worker" && ln -s "$1/worker" "$1/link" && exec -a "$1/link" "$1/worker" 600
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A program that lies where only its own mount namespace has it."""
    if os.geteuid() or not shutil.which("unshare"):
        pytest.skip("needs root and unshare(1)")
    place, sleep = tmp_path / "here", shutil.which("sleep")
    place.mkdir()
    command = ("unshare", "--mount", "bash", "-c", NAMESPACE, "x", str(place), str(sleep))
    with child(*command, stderr=subprocess.DEVNULL) as process:
        path = Path(f"/proc/{process.pid}/exe")
        until(lambda: process.poll() is not None or path.readlink() == place / "worker")
        if process.poll() is not None:
            pytest.skip("no mount namespace is to be had")
        yield process.pid, place


def test_a_program_in_another_mount_namespace_is_judged_in_its_own_root(elsewhere: tuple[int, Path]) -> None:
    pid, place = elsewhere
    found = executable_of(pid)
    assert not (place / "worker").exists()
    assert found.present == found.file
    assert evidence_of(pid).claim is Claim.SAME
    assert found.filesystem == "tmpfs" or not str(place).startswith("/tmp/")
    Path(f"/proc/{pid}/root{place}/worker").unlink()
    gone = executable_of(pid)
    assert gone.deleted
    assert gone.present is None


def test_the_innermost_mount_counts(tmp_path: Path) -> None:
    lines = [
        "22 1 254:0 / / rw - ext4 /dev/vda rw",
        r"30 22 0:30 / /tmp/.mount_a\040b rw shared:1 - fuse.a\040b a ro",
        "31 22 0:31 / /tmp/.mount_a rw - tmpfs x rw",
        "broken",
        "",
    ]
    (tmp_path / "mountinfo").write_text("\n".join(lines))
    assert mounts.filesystem(str(tmp_path), "/tmp/.mount_a b/usr/bin/x") == r"fuse.a\040b"
    assert mounts.filesystem(str(tmp_path), "/tmp/.mount_a/x") == "tmpfs"
    assert mounts.filesystem(str(tmp_path), "/tmp/.mount_abc/x") == "ext4"
