"""The list of libraries for every program, as the dynamic loader reads it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.machine import Preload
from tcpview_tui.sources import preload_file
from tests.sources.net import linux

pytestmark = linux


def write(root: Path, content: bytes) -> Path:
    (root / "etc").mkdir(exist_ok=True)
    file = root / "etc/ld.so.preload"
    file.write_bytes(content)
    os.utime(file, (1000, 1000))
    return root


def test_names_stand_between_spaces_lines_and_colons_and_comments_are_none(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/a.so").touch()
    root = write(tmp_path, b"/lib/a.so:/lib/b.so c.so\n# /lib/d.so\n/lib/$LIB/e.so # f\n")
    told = ("/lib/a.so", "/lib/b.so", "c.so", "/lib/$LIB/e.so")
    assert preload_file.read(root) == (Preload(str(root / "etc/ld.so.preload"), told, ("/lib/b.so",), 1000.0),)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"# /lib/d.so\n", b":"])
def test_a_file_that_names_nothing_is_no_finding(tmp_path: Path, content: bytes) -> None:
    assert preload_file.read(write(tmp_path, content)) == ()


def test_no_file_is_no_finding(tmp_path: Path) -> None:
    assert preload_file.read(tmp_path) == ()


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    os.mkfifo(tmp_path / "etc/ld.so.preload")
    told = preload_file.read(tmp_path)
    assert isinstance(told, Unread)
    assert "no regular file" in told.reason


def test_a_refusal_is_told(tmp_path: Path) -> None:
    (tmp_path / "etc").symlink_to("etc")
    told = preload_file.read(tmp_path)
    assert isinstance(told, Unread)
    assert "cannot be read" in told.reason


@given(st.binary(max_size=200))
def test_whatever_it_holds_is_safe_to_show(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    told = preload_file.read(write(tmp_path_factory.mktemp("root"), content))
    assert not isinstance(told, Unread)
    assert all(name and name.isprintable() for each in told for name in each.libraries)
