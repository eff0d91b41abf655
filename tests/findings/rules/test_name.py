"""Names that belong to another program, and the many that do not match and are right."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tcpview_tui.findings.rule import Severity
from tests.sources.net import child, linux, python, until

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.findings.evidence import Executable
    from tcpview_tui.findings.rules.name import NAME_MISMATCH
    from tests.findings.processes import contact, copied, evidence_of, folder, judge, marked, refused, sleeping

RENAMED = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(15, os.fsencode(sys.argv[1]), 0, 0, 0)  # PR_SET_NAME
print(flush=True)
input()
"""


@pytest.fixture
def place() -> Iterator[Path]:
    with folder() as found:
        yield found


@pytest.fixture
def program(place: Path) -> Path:
    return copied("sleep", place / "worker")


def test_the_path_of_another_program_is_marked(program: Path) -> None:
    other = shutil.which("cat")
    with sleeping(program, str(other)) as pid:
        hit = marked(NAME_MISMATCH, pid, contact(pid))
    assert hit.sentence.startswith(f"calls itself {other}, which is another program, but runs {program}; seen")
    assert hit.severity is None


@pytest.mark.parametrize(("name", "severity"), [("sshd", Severity.MEDIUM), ("anything", Severity.LOW)])
def test_a_path_without_file_weighs_as_its_name(program: Path, name: str, severity: Severity) -> None:
    with sleeping(program, f"/usr/no-such-folder/{name}") as pid:
        assert marked(NAME_MISMATCH, pid).severity is severity


def test_the_title_of_a_service_is_marked(program: Path) -> None:
    with sleeping(program, "sshd: root@pts/0") as pid:
        assert "calls itself sshd, but runs" in marked(NAME_MISMATCH, pid).sentence


@pytest.mark.parametrize("name", ["sshd", "systemd-journal", "(systemd)", "crond"])
def test_the_name_of_a_service_by_prctl_is_marked(name: str) -> None:
    with python(RENAMED, name) as (process, _):
        assert f"calls itself {name}" in marked(NAME_MISMATCH, process.pid).sentence


def test_a_short_name_agrees_with_nothing(place: Path) -> None:
    with sleeping(copied("sleep", place / "s"), "sshd: x") as pid:
        assert "sshd" in marked(NAME_MISMATCH, pid).sentence


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("nginx", "nginx: worker process"),
        ("nginx", "nginx: master process /usr/sbin/nginx"),
        ("postgres", "postgres: 15/main: checkpointer"),
        ("chrome", "{folder}/chrome --type=renderer --lang=/x/y"),
        ("bash", "-bash"),
        ("sshd-session", "sshd: root@pts/0"),
        ("cron", "/usr/sbin/CRON"),
        ("vim.basic", "vi"),
        ("firefox-bin", "/usr/lib/firefox/firefox"),
        ("php-fpm8.2", "php-fpm: pool www"),
        ("python3.11", "/usr/bin/python"),
        (".tool-wrapped", "/nix/store/0x/bin/tool"),
        ("busybox", "/usr/sbin/crond"),
        ("systemd", "/sbin/init"),
        ("systemd", "(sd-pam)"),
        ("qemu-aarch64-static", "/usr/sbin/sshd"),
        ("worker", "other title"),
        ("worker", ""),
        ("a program", "{folder}/a program"),
        ("worker", "/proc/self/exe"),
    ],
)
def test_usual_names_stay_unmarked(place: Path, file: str, title: str) -> None:
    with sleeping(copied("sleep", place / file), title.format(folder=place)) as pid:
        evidence = evidence_of(pid)
    assert isinstance(evidence.executable, Executable)
    installed = replace(evidence.executable, path=f"/usr/libexec/{file}")
    assert NAME_MISMATCH.check(replace(evidence, executable=installed)) is None


def test_a_program_may_not_have_the_name_of_another_one_elsewhere(place: Path) -> None:
    other = str(shutil.which("cat"))
    with sleeping(copied("sleep", place / "cat"), other) as pid:
        assert f"calls itself {other}, which is another program" in marked(NAME_MISMATCH, pid).sentence
    with sleeping(copied("sleep", place / "sshd"), "/usr/no-such-folder/sshd") as pid:
        assert marked(NAME_MISMATCH, pid).severity is Severity.MEDIUM


def test_an_upgrade_changes_no_name(place: Path, program: Path) -> None:
    (place / "link").symlink_to(program)
    with sleeping(program, str(place / "link")) as pid:
        copied("cat", place / "new").replace(program)
        assert judge(NAME_MISMATCH, pid) is None


def test_a_link_stays_unmarked(place: Path, program: Path) -> None:
    for name in ("mysqld", "sshd"):
        (place / name).symlink_to(program)
        with sleeping(place / name, str(place / name)) as pid:
            assert judge(NAME_MISMATCH, pid) is None
        with sleeping(place / name, name) as pid:  # found in the PATH
            assert judge(NAME_MISMATCH, pid) is None


def test_a_script_bears_its_own_name(place: Path) -> None:
    script = place / "cron"
    script.write_text("#!/bin/sh\necho\nread line\n")
    script.chmod(0o755)
    with child(str(script)) as process:
        assert process.stdout
        process.stdout.readline()
        assert judge(NAME_MISMATCH, process.pid) is None


def test_a_start_script_that_passes_on_its_name_is_low(place: Path, program: Path) -> None:
    script = place / "start"
    script.write_text(f'#!/bin/bash\nexec -a "$0" {program} 600\n')
    script.chmod(0o755)
    with child(str(script)) as process:
        until(lambda: Path(f"/proc/{process.pid}/exe").readlink() == program)
        hit = marked(NAME_MISMATCH, process.pid)
    assert hit.severity is Severity.LOW
    assert "a script" in hit.sentence


def test_a_hostile_name_is_harmless(program: Path) -> None:
    with sleeping(program, b"/no/\x1b]0;x\x07\xff[/b]") as pid:
        assert "/no/\\x1b]0;x\\x07\\xff[/b]" in marked(NAME_MISMATCH, pid).sentence


def test_who_may_not_look_says_so() -> None:
    assert "/proc/1/exe" in refused(NAME_MISMATCH).reason
