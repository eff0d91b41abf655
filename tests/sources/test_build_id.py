"""Build ids: of real programs as others read them, and none of what is no program."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.net import linux

pytestmark = linux
if sys.platform == "linux":
    from tcpview_tui.sources.evidence.build_id import build_id

NOTE = struct.pack("=III4s4s", 4, 3, 3, b"GNU\0", b"\x01\x02\x03\0")
OTHER = struct.pack("=III4s4s", 4, 3, 1, b"abc\0", b"\x09\0\0\0")


def elf(notes: bytes, bits: int = 64, align: int = 4) -> bytes:
    """A program that is nothing but its notes."""
    if bits == 64:
        header = struct.pack("=4sB27xQ14xHH6x", b"\x7fELF", 2, 64, 56, 1)
        return header + struct.pack("=I4xQ16xQ8xQ", 4, 120, len(notes), align) + notes
    header = struct.pack("=4sB23xI10xHH6x", b"\x7fELF", 1, 52, 32, 1)
    return header + struct.pack("=II8xI8xI", 4, 84, len(notes), align) + notes


def read(file: Path, content: bytes) -> bytes | None:
    file.write_bytes(content)
    return build_id(str(file))


@pytest.mark.skipif(shutil.which("file") is None, reason="needs file(1)")
@pytest.mark.parametrize("program", ["/bin/cat", "/bin/sh", sys.executable])
def test_it_is_what_others_read(program: str) -> None:
    told = subprocess.run(["file", "-L", program], capture_output=True, text=True, check=True).stdout
    found = build_id(program)
    assert (f"BuildID[sha1]={found.hex()}" if found else "ELF") in told


@pytest.mark.parametrize("bits", [32, 64])
def test_it_stands_among_other_notes_and_whatever_comes_after(tmp_path: Path, bits: int) -> None:
    file = tmp_path / "x"
    assert read(file, elf(NOTE, bits)) == b"\1\2\3"
    assert read(file, elf(OTHER + NOTE, bits) + b"more") == b"\1\2\3"
    assert read(file, elf(OTHER, bits)) is None
    assert read(file, elf(NOTE[:-5], bits)) is None
    wide = struct.pack("=III4s8s", 4, 1, 1, b"abc\0", b"\x09") + NOTE
    assert read(file, elf(wide, bits, align=8)) == b"\1\2\3"
    assert read(file, elf(wide, bits)) is None


def test_what_is_no_program_has_none(tmp_path: Path) -> None:
    for content in (b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x03" + bytes(100)):
        assert read(tmp_path / "x", content) is None


@given(st.binary(max_size=200), st.integers(0, 63), st.sampled_from([32, 64]))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_hostile_file_is_harmless(tmp_path: Path, more: bytes, at: int, bits: int) -> None:
    content = elf(NOTE + more, bits)
    read(tmp_path / "x", content[: 5 + at] + more + content[5 + at + len(more) :])
