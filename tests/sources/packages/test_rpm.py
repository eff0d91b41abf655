from __future__ import annotations

import hashlib
import os
import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.sources.packages import header, rpmdb
from tcpview_tui.sources.packages.answers import Checksum, Owner
from tcpview_tui.sources.packages.rpm import owner
from tests.sources.packages import databases

PROBE = (Path(__file__).parent / "probe.header").read_bytes()
"""The header of a package that rpmbuild 4.18 made, as rpm 4.18 put it into its database.

It has /usr/bin/probe with the content ``one``, a link beside it, /usr/libexec/probe/probe with the content ``two``.
"""
INSTALLED = 1_700_000_000
BASES = ["probe.conf", "made-later", "probe", "same", "probe", "probe"]
DATABASE = "usr/lib/sysimage/rpm/rpmdb.sqlite"


@pytest.fixture
def probed(tmp_path: Path) -> Path:
    databases.rpm_database(tmp_path / DATABASE, PROBE, BASES)
    return tmp_path


def test_a_header_that_rpm_wrote() -> None:
    found = header.parse(PROBE)
    assert found.strings(header.NAME) == [b"probe"]
    assert found.strings(header.BASENAMES) == [base.encode() for base in BASES]
    assert found.numbers(header.FILEDIGESTALGO) == (8,)
    assert found.numbers(header.EPOCH) == (1,)


@pytest.mark.parametrize(("path", "content"), [("/usr/bin/probe", b"one"), ("/usr/libexec/probe/probe", b"two")])
def test_of_files_with_one_name_the_directory_decides(path: str, content: bytes, probed: Path) -> None:
    expected = Owner("probe", "rpm", "1:1.2-3", Checksum("sha256", hashlib.sha256(content).hexdigest()), INSTALLED)
    assert owner(probed, path) == expected
    assert owner(probed, "/usr/sbin/probe") is None


def test_what_was_made_later_has_no_checksum(probed: Path) -> None:
    assert owner(probed, "/usr/bin/made-later") == Owner("probe", "rpm", "1:1.2-3", None, INSTALLED)


def test_without_an_algorithm_it_is_md5(tmp_path: Path) -> None:
    old = databases.header([
        (1000, 6, [b"old"]), (1001, 6, [b"1"]), (1002, 6, [b"2"]), (1035, 8, [b"AB" * 16]),
        (1116, 4, [0]), (1117, 8, [b"x"]), (1118, 8, [b"/bin/"]),
    ])  # fmt: skip
    databases.rpm_database(tmp_path / "var/lib/rpm/rpmdb.sqlite", old, ["x"])
    assert owner(tmp_path, "/bin/x") == Owner("old", "rpm", "1-2", Checksum("md5", "ab" * 16))


def test_nothing_is_written_beside_the_database(probed: Path) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in (probed / DATABASE).parent.iterdir()}
    assert owner(probed, "/usr/bin/probe")
    assert {file.name: file.stat().st_mtime_ns for file in (probed / DATABASE).parent.iterdir()} == before


def test_a_database_that_is_being_written_is_left_alone(probed: Path) -> None:
    with closing(sqlite3.connect(probed / DATABASE)) as writing:
        writing.execute("INSERT INTO Packages (blob) VALUES (x'00')")
        writing.commit()
        with pytest.raises(ValueError, match="being written"):
            owner(probed, "/usr/bin/probe")
    assert owner(probed, "/usr/bin/probe")


def test_where_sqlite_would_open_another_file_it_is_loaded(probed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "realpath", lambda _: os.devnull)
    assert owner(probed, "/usr/bin/probe")
    assert owner(probed, "/usr/bin/none") is None
    monkeypatch.setattr(rpmdb, "LARGEST", 4096)
    with pytest.raises(ValueError, match="of another root"):
        owner(probed, "/usr/bin/probe")


@pytest.mark.parametrize("place", ["var/lib/rpm/Packages", "usr/lib/sysimage/rpm/Packages.db"])
def test_other_formats_are_told_to_be_unread(place: str, tmp_path: Path) -> None:
    databases.write(tmp_path, place, b"\0" * 100)
    with pytest.raises(ValueError, match="this format of the rpm database is not read"):
        owner(tmp_path, "/bin/x")


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i"


@pytest.mark.parametrize(
    "script",
    ["CREATE TABLE other (x)",
     f"CREATE VIEW Packages AS {ENDLESS} AS hnum, x'00' AS blob FROM n; "
     f"CREATE VIEW Basenames AS {ENDLESS} AS hnum, CASE WHEN i < 0 THEN 'x' END AS key, 0 AS idx FROM n",
     "CREATE TABLE Packages (hnum, blob); CREATE TABLE Basenames (key, hnum, idx);"
     "INSERT INTO Packages VALUES (1, 'text'); INSERT INTO Basenames VALUES ('x', 1, 0)",
     "CREATE TABLE Packages (hnum, blob); CREATE TABLE Basenames (key, hnum, idx);"
     "INSERT INTO Packages VALUES (1, zeroblob(60000000)), (1, zeroblob(60000000));"
     "INSERT INTO Basenames VALUES ('x', 1, 0)"],
)  # fmt: skip
def test_a_hostile_database_is_refused_in_time(script: str, tmp_path: Path) -> None:
    file = tmp_path / DATABASE
    file.parent.mkdir(parents=True)
    with closing(sqlite3.connect(file)) as database:
        database.executescript(script)
    with pytest.raises(ValueError, match=r"cut off|damaged|sqlite says|too many"):
        owner(tmp_path, "/bin/x")


@pytest.mark.parametrize("index", [-1, 6, 1 << 40])
def test_an_index_beyond_the_files_is_damage(index: int, tmp_path: Path) -> None:
    databases.rpm_database(tmp_path / DATABASE, PROBE, [])
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute("INSERT INTO Basenames VALUES ('probe', 1, ?)", (index,))
        database.commit()
    with pytest.raises(ValueError, match="damaged"):
        owner(tmp_path, "/usr/bin/probe")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parser(blob: bytes) -> None:
    _read_all(blob)


@given(st.integers(0, len(PROBE) - 1), st.binary(min_size=1, max_size=8))
def test_no_damage_of_a_real_header_breaks_it(at: int, damage: bytes) -> None:
    _read_all(PROBE[:at] + damage + PROBE[at + len(damage) :])


def _read_all(blob: bytes) -> None:
    try:
        found = header.parse(blob)
    except ValueError:
        return
    for tag in [*found.entries, header.NAME]:
        for read in (found.strings, found.numbers):
            try:
                assert len(read(tag)) <= max(1, len(blob))
            except ValueError as error:
                assert "damaged" in str(error)


def test_what_was_built_is_read_back() -> None:
    built = databases.header([(1000, 6, [b"n"]), (7, 4, [1, 2**32 - 1]), (8, 8, [b"", b"a", b""])])
    found = header.parse(built)
    assert found.strings(1000) == [b"n"]
    assert found.numbers(7) == (1, 2**32 - 1)
    assert found.strings(8) == [b"", b"a", b""]
    assert found.strings(9) == []
    with pytest.raises(ValueError, match="cut off"):
        header.parse(struct.pack(">II", 2**32 - 1, 0))
