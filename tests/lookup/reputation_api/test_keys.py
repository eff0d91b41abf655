from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import pytest

from tcpview_tui.lookup.reputation_api.keys import Key, KeyTroubleError, find

SECRET = "0123456789abcdef"
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files")


def stored(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    file = tmp_path / "service.key"
    file.write_text(text)
    file.chmod(mode)
    return file


def secret(key: Key | None) -> str:
    assert key is not None
    return key.header("h")["h"]


def test_there_need_not_be_a_key(tmp_path: Path) -> None:
    assert find("VARIABLE", tmp_path / "none", {}) is None
    assert find("VARIABLE", tmp_path / "none", {"VARIABLE": ""}) is None


def test_the_environment_counts_more_than_the_file(tmp_path: Path) -> None:
    file = stored(tmp_path, f"{SECRET}\n")
    assert secret(find("VARIABLE", file, {})) == SECRET
    assert secret(find("VARIABLE", file, {"VARIABLE": "other"})) == "other"


@POSIX
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o620, 0o601])
def test_a_file_that_is_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(
        KeyTroubleError, match="is open to others, so the key in it is not used: give it mode 0600"
    ) as e:
        find("VARIABLE", stored(tmp_path, SECRET, mode), {})
    assert SECRET not in str(e.value)


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_ones_own_is_read(tmp_path: Path, mode: int) -> None:
    assert secret(find("VARIABLE", stored(tmp_path, SECRET, mode), {})) == SECRET


@POSIX
def test_neither_a_link_nor_a_pipe_nor_a_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(stored(tmp_path, SECRET))
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(KeyTroubleError, match="cannot be read"):
        find("VARIABLE", tmp_path / "link", {})
    for name in ("pipe", "."):
        with pytest.raises(KeyTroubleError, match="is no regular file"):
            find("VARIABLE", tmp_path / name, {})


@pytest.mark.parametrize("text", ["\n", "two words", "line\r\nHost: evil", "schlüssel", "x" * 600, "a\x1bb", "\0"])
def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    for environ, file in (({"VARIABLE": text}, tmp_path / "none"), ({}, stored(tmp_path, text))):
        with pytest.raises(KeyTroubleError, match="holds no key") as error:
            find("VARIABLE", file, environ)
        assert not text.strip() or text not in str(error.value)


def test_a_key_shows_itself_nowhere() -> None:
    key = Key(SECRET)
    for shown in (repr(key), str(key), f"{key!r}", f"{[key]}"):
        assert SECRET not in shown
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not written anywhere"):
            write(key)
