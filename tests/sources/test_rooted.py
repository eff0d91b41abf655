from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.sources.rooted import LINKS, content, folder, resolve
from tests.sources.packages.databases import write


@pytest.mark.parametrize(
    ("link", "target"),
    [("here", "usr/lib"), ("here", "/usr/lib"), ("here", "../../../usr/lib"), ("here", "/../usr/./lib//"),
     ("usr/bin/here", "../lib"), ("usr/bin/here", "/usr/lib"), ("usr/bin/here", "../../../../usr/lib")],
)  # fmt: skip
def test_a_link_is_followed_as_from_the_root(link: str, target: str, tmp_path: Path) -> None:
    for place in ("usr/lib", "usr/bin"):
        (tmp_path / place).mkdir(parents=True)
    (tmp_path / link).symlink_to(target)
    assert resolve(tmp_path, f"/{link}") == tmp_path / "usr/lib"


def test_the_root_of_all_is_one_too() -> None:
    assert resolve(Path("/"), "/usr/../etc") == Path("/etc")
    assert resolve(Path("/"), "/") == Path("/")


def test_a_chain_of_links_has_an_end(tmp_path: Path) -> None:
    write(tmp_path, "0", b"end")
    for number in range(1, LINKS + 2):
        (tmp_path / str(number)).symlink_to(str(number - 1))
    assert resolve(tmp_path, str(LINKS)) == tmp_path / "0"
    with pytest.raises(OSError, match="Too many levels"):
        resolve(tmp_path, str(LINKS + 1))


NAMES = st.sampled_from(["a", "b", "c", "..", ".", ""])
PATHS = st.builds(lambda absolute, parts: "/" * absolute + "/".join(parts), st.booleans(), st.lists(NAMES, max_size=5))


def test_what_is_not_there_is_told_or_named_as_asked(tmp_path: Path) -> None:
    write(tmp_path, "usr/file", b"")
    (tmp_path / "out").symlink_to("/../../usr")
    for name, place in (("out/none", "usr/none"), ("out/none/x", "usr/none/x"), ("out/file/x", "usr/file/x")):
        assert resolve(tmp_path, name, may_lack=True) == tmp_path / place
        with pytest.raises(OSError, match=r"No such file|Not a directory"):
            resolve(tmp_path, name)
    with pytest.raises(OSError, match="too long"):
        resolve(tmp_path, "x" * 300, may_lack=True)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), PATHS)), PATHS, st.booleans())
def test_nothing_leads_out_of_the_root(links: list[tuple[str, str, str]], path: str, may_lack: bool) -> None:
    with tempfile.TemporaryDirectory() as outside:
        root = Path(outside) / "root"
        for name in "abc":
            (root / name).mkdir(parents=True)
        for where, name, target in links:
            if target and not os.path.lexists(root / where / name):
                (root / where / name).symlink_to(target)
        try:
            found = resolve(root, path, may_lack=may_lack)
        except OSError:
            return
        assert found.is_relative_to(root)
        assert not {"..", "."} & set(found.parts)
        assert Path(os.path.realpath(found)) == Path(os.path.realpath(root)) / found.relative_to(root)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    write(tmp_path, "file", b"12345")
    assert content(tmp_path / "file", 5) == b"12345"
    with pytest.raises(ValueError, match="a file of it has"):
        content(tmp_path / "file", 4)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("file")
    for name in ("pipe", "link", "none", "."):
        with pytest.raises(OSError, match=r"regular|symbolic|No such|directory"):
            content(tmp_path / name, 5)
    with pytest.raises(OSError, match="directory"), folder(tmp_path / "file"):
        pass
