from __future__ import annotations

import hashlib
import os
import shutil
import string
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.sources.packages import dpkg
from tcpview_tui.sources.packages.answers import NotOwned, Owner
from tcpview_tui.sources.packages.dpkg import checksum, owner
from tcpview_tui.sources.packages.owner import Packages
from tests.sources.packages import databases
from tests.sources.packages.databases import write

real = pytest.mark.skipif(not Path("/var/lib/dpkg/info").is_dir(), reason="this system has no dpkg")
ROOT = Path("/")


@real
def test_it_agrees_with_dpkg_itself() -> None:
    for program in ("sh", "sleep", "cat", "ldd", "perl"):
        file = shutil.which(program, path="/usr/bin:/bin")
        told = subprocess.run(["dpkg", "-S", Path(file or "").resolve()], capture_output=True, text=True, check=False)
        if file and told.returncode == 0:
            found = Packages().owner(ROOT, str(Path(file).resolve()))
            assert isinstance(found, Owner)
            assert found.name == told.stdout.rpartition(": ")[0]
            format_ = subprocess.run(
                ["dpkg-query", "-W", "-f", "${Version}", found.name], capture_output=True, text=True, check=True
            )
            assert found.version == format_.stdout


@real
@pytest.mark.parametrize("path", ["/bin/sleep", "/usr/bin/sleep"])
def test_a_program_of_this_machine_has_the_checksum_of_its_package(path: str) -> None:
    found = Packages().owner(ROOT, path)
    assert isinstance(found, Owner)
    assert found.checksum is not None
    assert found.checksum.digest == hashlib.md5(Path(path).read_bytes()).hexdigest()


@real
def test_a_copy_belongs_to_no_package(tmp_path: Path) -> None:
    copy = shutil.copy("/bin/sleep", tmp_path / "sleep")
    assert Packages().owner(ROOT, str(copy)) == NotOwned(("dpkg",))


def test_an_architecture_stands_in_the_name_of_a_list(tmp_path: Path) -> None:
    databases.dpkg(tmp_path, "tool:i386", "1", {"/usr/lib/i386/tool": b"3"})
    databases.dpkg(tmp_path, "tool:amd64", "2", {"/usr/lib/amd64/tool": b"6"})
    found = [owner(tmp_path, f"/usr/lib/{architecture}/tool") for architecture in ("i386", "amd64")]
    assert [(one.name, one.version) for one in found if one] == [("tool:i386", "1"), ("tool:amd64", "2")]


def test_a_diverted_file_belongs_to_the_package_that_took_its_place(tmp_path: Path) -> None:
    databases.dpkg(tmp_path, "shell", "1", {"/bin/sh": b"shell"})
    databases.dpkg(tmp_path, "wrapper", "1", {"/bin/sh": b"wrapper"})
    write(tmp_path, "var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.real\nwrapper\n")
    moved, stands = owner(tmp_path, "/bin/sh.real"), owner(tmp_path, "/bin/sh")
    assert moved
    assert stands
    assert (moved.name, stands.name) == ("shell", "wrapper")
    assert moved.checksum
    assert moved.checksum.digest == hashlib.md5(b"shell").hexdigest()


def test_a_local_diversion_leaves_its_place_to_nobody(tmp_path: Path) -> None:
    databases.dpkg(tmp_path, "tools", "1", {"/usr/bin/tool": b"tool"})
    write(tmp_path, "var/lib/dpkg/diversions", "/usr/bin/tool\n/usr/bin/tool.distrib\n:\n")
    assert owner(tmp_path, "/usr/bin/tool") is None
    moved = owner(tmp_path, "/usr/bin/tool.distrib")
    assert moved
    assert moved.name == "tools"


def test_a_file_without_a_sum_has_none(tmp_path: Path) -> None:
    databases.dpkg(tmp_path, "tools", "1", {"/usr/bin/tool": b"tool"})
    write(tmp_path, "var/lib/dpkg/info/tools.md5sums", "")
    found = owner(tmp_path, "/usr/bin/tool")
    assert found
    assert found.checksum is None
    (tmp_path / "var/lib/dpkg/info/tools.md5sums").unlink()
    assert owner(tmp_path, "/usr/bin/tool") == found


def test_lists_without_end_are_not_read_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dpkg, "MOST", 100 * 4_096)
    for number in range(101):
        write(tmp_path, f"var/lib/dpkg/info/{number}.list")
    with pytest.raises(ValueError, match="its lists have more"):
        owner(tmp_path, "/usr/bin/tool")


def test_it_is_told_when_a_package_was_installed(tmp_path: Path) -> None:
    databases.dpkg(tmp_path, "tools", "1", {"/usr/bin/tool": b"tool"})
    os.utime(tmp_path / "var/lib/dpkg/info/tools.list", (5, 1_700_000_000.5))
    found = owner(tmp_path, "/usr/bin/tool")
    assert found
    assert found.installed == 1_700_000_000.5
    assert found.label == "tools 1 (dpkg)"
    assert found._replace(version=None).label == "tools (dpkg)"


def test_a_list_that_ends_without_a_line_feed_is_read_to_its_end(tmp_path: Path) -> None:
    write(tmp_path, "var/lib/dpkg/info/tools.list", "/usr/bin/first\n/usr/bin/last")
    assert owner(tmp_path, "/usr/bin/first")
    assert owner(tmp_path, "/usr/bin/last")


@given(st.lists(st.binary(max_size=60)), st.text(string.printable, min_size=1))
def test_no_list_of_sums_and_no_name_break_it(lines: list[bytes], name: str) -> None:
    found = checksum(b"\n".join(lines), (f"/{name}",))
    assert found is None or len(found.digest) == 32


@given(st.binary(max_size=300), st.binary(max_size=200), st.binary(max_size=200))
def test_no_database_breaks_it(list_: bytes, status: bytes, diversions: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, "var/lib/dpkg/info/tool.list", list_ + b"\n/usr/bin/tool\n")
        write(root, "var/lib/dpkg/status", status + b"\n\nPackage: tool\nVersion: 1\n" + status)
        write(root, "var/lib/dpkg/diversions", diversions)
        found = owner(root, "/usr/bin/tool")
    assert found
    assert found.version is None or found.version.startswith("1") or b"Version" in status
