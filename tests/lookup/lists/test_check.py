"""``lists check``: what a file was understood as, and an exit status a script can go by."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from tcpview_tui.lists import check
from tests.lookup.lists import samples

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_what_a_list_was_understood_as(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "feodo.csv"
    path.write_text(samples.FEODO_CSV + '"2024-05-03","10.0.0.1","443"\n')
    assert check([path]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == (
        f"{path}\n"
        "  Kind            Feodo Tracker, CSV\n"
        "  Entries         2 IPv4 addresses\n"
        "  Date            2024-05-06T10:20:05Z, as the list says\n"
        f"  SHA-256         {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        '  Never match     private, reserved or special: 1: line 11 “"2024-05-03","10.0.0.1","443"”\n'
        '  Not understood  1: line 9 “"2024-05-03 21:24:53","45.0.0.2","70000","online","2024-05-06","Example"”\n',
        "",
    )


def test_what_is_not_looked_for_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "misp"
    path.write_text(samples.MISP.replace("45.9.0.3", "45.9.0.3|1"))
    os.utime(path, (0, 0))
    assert check([path]) == 0
    out = capsys.readouterr().out
    assert "  Not looked for  2: ip-dst that is not meant for detection (to_ids)\n" in out
    assert "  Not looked for  1: domain\n" in out


def test_what_cannot_be_used_is_told_apart_from_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good").write_text("45.0.0.1\n")
    assert check([tmp_path / "missing\x1b", tmp_path / "good", tmp_path]) == 1
    out, err = capsys.readouterr()
    assert out.startswith(f"{tmp_path}/good\n  Kind            addresses, one a line\n")
    assert err == (
        f"{tmp_path}/missing\\x1b is no list that can be used: it cannot be read (No such file or directory).\n"
        f"{tmp_path} is no list that can be used: it is not a file.\n"
    )


def test_of_a_very_long_line_the_length_is_not_claimed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "long"
    path.write_text("45.0.0.1\nhello" + "A" * 500_000)
    assert check([path]) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "Not understood" in line]
    assert line.endswith("AAAA… (more than 4096 characters)”")
    assert len(line) < 200


def test_a_list_that_was_understood_wholly(tmp_path: Path) -> None:
    (tmp_path / "good").write_text(samples.PLAIN)
    assert check([tmp_path / "good"]) == 0
