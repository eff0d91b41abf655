"""Where programs lie: usual places and others."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tcpview_tui.findings.rule import Hit, Severity
from tests.sources.net import linux, root

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.evidence import Executable
    from tcpview_tui.findings.rules.deleted import DELETED_EXE
    from tcpview_tui.findings.rules.places import EXE_PLACE
    from tests.findings.appimage import mounted
    from tests.findings.processes import (
        SHM,
        contact,
        copied,
        evidence_of,
        folder,
        judge,
        marked,
        refused,
        shm,
        sleeping,
    )

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW


@shm
def test_a_program_in_memory_backed_folders_is_marked_high() -> None:
    with folder(SHM, ".x") as place, sleeping(copied("sleep", place / "worker")) as pid:
        hit = marked(EXE_PLACE, pid, contact(pid))
    assert hit.severity is HIGH
    assert hit.sentence == (
        f"started from {place}/worker, a place in memory that every user may write to; "
        "seen connected to 203.0.113.7:4444 9 s after its start"
    )


@pytest.mark.parametrize(
    ("temporary", "name", "severity"), [(True, "build", MEDIUM), (True, ".x", HIGH), (False, ".x", None)]
)
def test_a_temporary_and_a_hidden_folder(temporary: bool, name: str, severity: Severity | None) -> None:
    with (
        folder(Path("/var/tmp") if temporary else None, name) as place,
        sleeping(copied("sleep", place / "worker")) as pid,
    ):
        assert marked(EXE_PLACE, pid).severity is severity


def test_a_web_root() -> None:
    with folder(name="public_html/uploads") as place, sleeping(copied("sleep", place / "worker")) as pid:
        assert "which a web server hands out (/public_html/)" in marked(EXE_PLACE, pid).sentence


@pytest.mark.parametrize(
    "name", [".local/bin", ".venv/bin", ".vscode-server/cli", ".cargo/bin", ".nvm/versions", "bin", "www", "tmp"]
)
def test_usual_places_stay_unmarked(name: str) -> None:
    with folder(name=name) as place, sleeping(copied("sleep", place / "worker")) as pid:
        assert judge(EXE_PLACE, pid) is None


def test_a_folder_for_data_is_low() -> None:
    with folder(name=".cache/tool") as place, sleeping(copied("sleep", place / "worker")) as pid:
        assert marked(EXE_PLACE, pid).severity is LOW


@pytest.mark.parametrize(
    ("path", "filesystem", "is_marked"),
    [
        ("/tmp/.mount_SomeApp1x2y/usr/bin/app", "fuse.SomeApp.AppImage", False),
        ("/tmp/.mount_SomeApp1x2y/usr/bin/app", "tmpfs", True),
        ("/tmp/.mount_SomeApp1x2y/usr/bin/app", None, True),
        ("/tmp/other/app", "fuse.sshfs", True),
        ("/run/user/1000/app", "tmpfs", True),
        ("/usr/bin/app", None, False),
        ("/home/u/.foo-wrapped", None, False),
        ("/nix/store/0x-foo/bin/.foo-wrapped", None, False),
        ("/home/u/.x", None, True),
        ("/srv/http/app", None, True),
        ("/var/www-data/app", None, False),
    ],
)
def test_paths(path: str, filesystem: str | None, is_marked: bool) -> None:
    with folder() as place, sleeping(copied("sleep", place / "worker")) as pid:
        evidence = evidence_of(pid)
    assert isinstance(evidence.executable, Executable)
    moved = replace(evidence, executable=replace(evidence.executable, path=path, filesystem=filesystem))
    assert isinstance(EXE_PLACE.check(moved), Hit) is is_marked


@root
def test_a_program_in_the_mount_of_an_appimage_stays_unmarked() -> None:
    with folder() as place, ExitStack() as stack:
        try:
            program = stack.enter_context(mounted(copied("sleep", place / "worker")))
        except OSError as error:
            pytest.skip(str(error))
        pid = stack.enter_context(sleeping(program))
        evidence = evidence_of(pid)
        assert EXE_PLACE.check(evidence) is None
        assert DELETED_EXE.check(evidence) is None
    assert isinstance(evidence.executable, Executable)
    assert evidence.executable.filesystem == "fuse.test.AppImage"


def test_who_may_not_look_says_so() -> None:
    assert "/proc/1/exe" in refused(EXE_PLACE).reason
