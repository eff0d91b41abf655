from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.rule import Hit
from tcpview_tui.findings.rules.package import ALTERED, UNPACKAGED
from tcpview_tui.sources.packages.answers import NotOwned, Owner
from tcpview_tui.sources.packages.digest import Digests
from tcpview_tui.sources.packages.provenance import Provenance, Provenances
from tests.sources.packages import databases
from tests.sources.packages.databases import CAT, Install, with_program, write

PROGRAM = CAT.read_bytes()
ALTERED_PROGRAM = PROGRAM.replace(b"GNU coreutils", b"GNU coreutilz", 1)
MANAGERS = [databases.dpkg, databases.distroless, databases.apk, databases.rpm]

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root may change the root of a process")

with_dpkg = pytest.mark.skipif(not Path("/var/lib/dpkg/info").is_dir(), reason="this system has no dpkg")
with_unshare = pytest.mark.skipif(shutil.which("unshare") is None, reason="there is no unshare(1)")


@contextmanager
def running(arguments: list[str | Path], before: Callable[[], None] | None = None) -> Iterator[int]:
    """Run a program that echoes, and go on when it has answered."""
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, preexec_fn=before) as process:
        try:
            assert process.stdin
            assert process.stdout
            process.stdin.write(b"\n")
            process.stdin.flush()
            assert process.stdout.readline() == b"\n"
            yield process.pid
        finally:
            process.kill()


def judged(root: Path, program: str) -> Provenance:
    """Run a program below another root, and tell what is found of it."""

    def enter() -> None:
        os.chroot(root)
        os.chdir("/")

    with running([program], enter) as pid:
        return Provenances().of(pid, compare=True)


@with_dpkg
def test_a_program_of_this_machine_is_as_its_package_brought_it() -> None:
    with running([CAT]) as pid:
        provenance = Provenances().of(pid, compare=True)
    assert isinstance(provenance.owner, Owner)
    assert provenance.owner.name == "coreutils"
    assert provenance.intact is True
    assert UNPACKAGED.check(provenance) is ALTERED.check(provenance) is None


@with_dpkg
def test_a_copy_that_nobody_packaged(tmp_path: Path) -> None:
    copy = Path(shutil.copy(CAT, tmp_path / "server"))
    with running([copy]) as pid:
        found = Provenances()
        assert found.of(pid) == Provenance(str(copy), NotOwned(("dpkg",)))
        copy.unlink()
        assert found.of(pid) == Provenance(str(copy), NotOwned(("dpkg",)))
        write(tmp_path, "server (deleted)")
        assert found.of(pid).executable == str(copy)


@with_dpkg
def test_a_name_that_ends_like_the_mark_of_the_kernel_is_kept(tmp_path: Path) -> None:
    copy = shutil.copy(CAT, tmp_path / "cat (deleted)")
    with running([copy]) as pid:
        assert Provenances().of(pid).executable == str(copy)


@pytest.mark.parametrize("install", MANAGERS)
def test_a_byte_that_differs_is_seen(install: Install, tmp_path: Path) -> None:
    install(tmp_path, "tools", "1", {"/usr/bin/tool": PROGRAM, "/usr/bin/changed": PROGRAM})
    found = Provenances()._packages.owner(tmp_path, "/usr/bin/tool")
    assert isinstance(found, Owner)
    for path, content, agrees in (("/usr/bin/tool", PROGRAM, True), ("/usr/bin/changed", ALTERED_PROGRAM, False)):
        file = write(tmp_path, path, content)
        file.chmod(0o755)
        with running([file]) as pid:
            assert Digests().agrees(found, tmp_path, path, Path(f"/proc/{pid}/exe")) is agrees


@root_only
@pytest.mark.parametrize("install", MANAGERS)
def test_a_process_is_judged_by_its_own_root(install: Install, tmp_path: Path) -> None:
    for path in ("/usr/bin/tool", "/usr/bin/stray"):
        with_program(tmp_path, path, PROGRAM)
    with_program(tmp_path, "/usr/bin/changed", ALTERED_PROGRAM)
    install(tmp_path, "tools", "1", {"/usr/bin/tool": PROGRAM, "/usr/bin/changed": PROGRAM})
    answers = {path: judged(tmp_path, path) for path in ("/usr/bin/tool", "/usr/bin/stray", "/usr/bin/changed")}
    assert [found.executable for found in answers.values()] == list(answers)
    assert answers["/usr/bin/tool"].intact is True
    assert isinstance(answers["/usr/bin/stray"].owner, NotOwned)
    assert isinstance(UNPACKAGED.check(answers["/usr/bin/stray"]), Hit)
    hit = ALTERED.check(answers["/usr/bin/changed"])
    assert isinstance(hit, Hit)
    assert "/usr/bin/changed is not as its package brought it" in hit.sentence
    assert "tools 1" in hit.sentence


@root_only
@pytest.mark.parametrize("install", MANAGERS)
@with_unshare
def test_a_process_in_a_mount_namespace_is_judged_by_what_it_sees(install: Install, tmp_path: Path) -> None:
    image, mounted = tmp_path / "image", tmp_path / "mounted"
    mounted.mkdir()
    with_program(image, "/usr/bin/tool", PROGRAM)
    install(image, "tools", "1", {"/usr/bin/tool": PROGRAM})
    script = 'mount -t tmpfs none "$1" && cp -a "$2/." "$1" && exec chroot "$1" /usr/bin/tool'
    with running(["unshare", "--mount", "sh", "-c", script, "sh", mounted, image]) as pid:
        provenance = Provenances().of(pid, compare=True)
    assert list(mounted.iterdir()) == []
    assert isinstance(provenance.owner, Owner)
    assert provenance.owner.name == "tools"
    assert provenance.intact is True


@root_only
@with_dpkg
@with_unshare
def test_a_database_of_ones_own_mounted_over_that_of_the_system_counts_for_nothing(tmp_path: Path) -> None:
    copy = shutil.copy(CAT, tmp_path / "server")
    script = 'mount -t tmpfs none /var/lib/dpkg && mkdir "$0" && echo "$1" > "$0/mine.list" && exec "$1"'
    with running(["unshare", "--mount", "sh", "-c", script, "/var/lib/dpkg/info", copy]) as pid:
        lists = Path("/proc", str(pid), "root/var/lib/dpkg/info")
        assert [file.name for file in lists.iterdir()] == ["mine.list"]
        assert Provenances().of(pid).owner == NotOwned(("dpkg",))


@root_only
@with_dpkg
def test_a_daemon_that_locked_itself_up_is_judged_by_where_it_came_from(tmp_path: Path) -> None:
    perl = shutil.which("perl")
    if perl is None:
        pytest.skip("there is no perl")
    code = "chroot($ARGV[0]); chdir('/'); $| = 1; print scalar(<STDIN>); <STDIN>"
    with running([perl, "-e", code, tmp_path]) as pid:
        provenance = Provenances().of(pid, compare=True)
    assert isinstance(provenance.owner, Owner)
    assert provenance.intact is True


@root_only
@pytest.mark.parametrize("install", MANAGERS)
@pytest.mark.parametrize("aside", ["", ".dpkg-tmp", ";5f3a9b1c", ".#prelink#.aB3_x9"])
def test_what_took_the_place_of_a_program_is_asked_for_by_its_proper_name(
    install: Install, aside: str, tmp_path: Path
) -> None:
    path = "/usr/bin/tool"
    with_program(tmp_path, f"{path}{aside}", PROGRAM)
    install(tmp_path, "tools", "1", {path: ALTERED_PROGRAM})
    with running([f"{path}{aside}"], lambda: os.chroot(tmp_path)) as pid:
        (tmp_path / f"usr/bin/tool{aside}").unlink()
        write(tmp_path, path, ALTERED_PROGRAM)
        found = Provenances().successor(pid)
    assert isinstance(found.owner, Owner)
    assert (found.executable, found.owner.name, found.intact) == (path, "tools", True)


@with_dpkg
def test_what_no_package_owns_took_the_place_of_a_program(tmp_path: Path) -> None:
    copy = Path(shutil.copy(CAT, tmp_path / "server"))
    with running([copy]) as pid:
        copy.unlink()
        assert Provenances().successor(pid) == Provenance(str(copy), NotOwned(("dpkg",)))
    assert isinstance(Provenances(tmp_path).successor(1).owner, Unread)


def test_a_program_in_memory_has_no_package() -> None:
    memory = os.memfd_create("x")
    os.write(memory, PROGRAM)
    with running([f"/proc/{os.getpid()}/fd/{memory}"]) as pid:
        provenance = Provenances().of(pid)
    os.close(memory)
    assert provenance.executable == "/memfd:x"
    assert isinstance(provenance.owner, Unread)


def test_who_has_ended_is_not_known(tmp_path: Path) -> None:
    found = Provenances(tmp_path).of(1)
    assert isinstance(found.owner, Unread)
    assert found.intact is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_is_not_permitted_is_said() -> None:
    assert Provenances().of(1).owner == Unread("The system does not tell which file it runs: not permitted.")
