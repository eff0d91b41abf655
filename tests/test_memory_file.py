"""The file: what it says, how it is written, and what becomes of a damaged one."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.memory import FILE_LIMIT, FILE_NAME, UnusableError, load, save
from tcpview_tui.remembered import Remembered, SavedFilter
from tcpview_tui.text import safe
from tests.test_remembered import EVERYTHING, REMEMBERED

DAMAGED = {
    b"interval": "not TOML",
    b"interval = 1\ninterval = 2": "not TOML",
    b'filter = "caf\xe9"': "byte 13 is not UTF-8",
    b'interval = "fast"': "float",
    b"hidden = 5": "hidden",
    b"widths = []": "widths",
    b"filters = [{name = 1}]": "filters",
    b"\x00\x01\x02": "not TOML",
    b"interval = " + b"9" * 5000: "",
    b"interval = " + b"[" * 20_000: "",
    b"interval = 0x" + b"f" * 20_000: "out of range",
    b"#" * (FILE_LIMIT + 1): f"longer than {FILE_LIMIT} bytes",
}


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def load_text(folder: Path, content: str | bytes) -> tuple[Remembered, str | None]:
    (folder / FILE_NAME).write_bytes(content.encode() if isinstance(content, str) else content)
    return load(folder)


def set_aside(folder: Path) -> str:
    """Load what cannot be used; return what is said of it."""
    found, said = load(folder)
    assert found == Remembered()
    assert said is not None
    assert safe(said) == said
    assert said.startswith(f"Nothing is remembered: {FILE_NAME} is now remembered.damaged")
    assert str(folder) in said
    return said


def test_without_a_file_nothing_is_remembered_and_nothing_said(tmp_path: Path) -> None:
    assert load(tmp_path) == load(tmp_path / "missing") == (Remembered(), None)
    assert names(tmp_path) == []


def test_everything_is_remembered_and_only_for_this_user(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "tcpview-tui"
    save(folder, EVERYTHING)
    assert load(folder) == (EVERYTHING, None)
    assert names(folder) == [FILE_NAME]
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600


def test_the_file_says_that_it_wins(tmp_path: Path) -> None:
    save(tmp_path, EVERYTHING)
    title = [line for line in (tmp_path / FILE_NAME).read_text().splitlines() if line.startswith("#")]
    assert "wins over config.toml" in title[1]


@given(REMEMBERED)
def test_what_is_saved_is_loaded_again(remembered: Remembered) -> None:
    with TemporaryDirectory() as folder:
        save(Path(folder), remembered)
        assert load(Path(folder)) == (remembered, None)


@given(st.binary() | st.text().map(str.encode) | st.dictionaries(st.text(), st.text()).map(msgspec.toml.encode))
def test_any_bytes_are_survived(content: bytes) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        _, said = load_text(folder, content)
        assert said is None or safe(said) == said
        assert [file.read_bytes() for file in folder.iterdir()] == [content]
        assert load(folder) == (Remembered(), None) or (folder / FILE_NAME).exists()


def test_a_file_cut_anywhere_is_survived_and_never_lost(tmp_path: Path) -> None:
    save(tmp_path, EVERYTHING)
    whole = (tmp_path / FILE_NAME).read_bytes()
    for length in range(len(whole)):
        folder = tmp_path / str(length)
        folder.mkdir()
        found, said = load_text(folder, whole[:length])
        assert [file.read_bytes() for file in folder.iterdir()] == [whole[:length]]
        assert (folder / FILE_NAME).exists() or (found == Remembered() and said is not None)


@pytest.mark.parametrize(("content", "reason"), DAMAGED.items(), ids=[str(content[:30]) for content in DAMAGED])
def test_a_damaged_file_is_set_aside(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    said = set_aside(tmp_path)
    assert f"{FILE_NAME} is now remembered.damaged.toml (" in said
    assert reason in said
    assert names(tmp_path) == ["remembered.damaged.toml"]
    assert load(tmp_path) == (Remembered(), None)


def test_an_earlier_damaged_file_is_kept(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / FILE_NAME).write_text(f"damaged {number}")
        set_aside(tmp_path)
    contents = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert contents == {
        "remembered.damaged.toml": "damaged 0",
        "remembered.damaged-2.toml": "damaged 1",
        "remembered.damaged-3.toml": "damaged 2",
    }


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "dangling"])
def test_what_is_no_file_is_set_aside_and_never_followed(tmp_path: Path, kind: str) -> None:
    file, other = tmp_path / FILE_NAME, tmp_path / "other"
    other.write_text("interval = 5")
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to(other if kind == "link" else tmp_path / "nowhere")
    assert "no regular file" in set_aside(tmp_path)
    assert names(tmp_path) == ["other", "remembered.damaged.toml"]
    assert other.read_text() == "interval = 5"


def test_a_long_list_of_nonsense_is_cut(tmp_path: Path) -> None:
    said = str(load_text(tmp_path, f"hidden = {[str(number) for number in range(100)]}")[1])
    assert said.endswith(f"hidden '3', hidden '4' and 95 more, in {tmp_path / FILE_NAME}.")


def test_a_file_from_a_windows_editor_is_fine(tmp_path: Path) -> None:
    assert load_text(tmp_path, b"\xef\xbb\xbfinterval = 5\r\n") == (Remembered(interval=5.0), None)


@pytest.mark.parametrize("name", ["x" * FILE_LIMIT, "\ud800"])
def test_what_could_not_be_loaded_again_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableError) as caught:
        save(tmp_path, Remembered(filters={name: SavedFilter("ssh")}))
    said = str(caught.value)
    assert "cannot be written" in said
    assert safe(said) == said
    assert names(tmp_path) == []


def test_a_link_in_place_of_the_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / FILE_NAME).symlink_to(other)
    save(tmp_path, EVERYTHING)
    assert other.read_text() == "mine"
    assert load(tmp_path) == (EVERYTHING, None)


def test_no_file_is_seen_half_written(tmp_path: Path) -> None:
    one, two = EVERYTHING, Remembered(interval=7.0)
    save(tmp_path, one)

    def write(remembered: Remembered) -> None:
        for _ in range(50):
            save(tmp_path, remembered)

    writers = [threading.Thread(target=write, args=(each,)) for each in (one, two)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert load(tmp_path) in [(one, None), (two, None)]
    assert names(tmp_path) == [FILE_NAME]
