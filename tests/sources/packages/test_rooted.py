from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.sources.packages.rooted import LINKS, content, folder, resolve
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


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), PATHS)), PATHS)
def test_nothing_leads_out_of_the_root(links: list[tuple[str, str, str]], path: str) -> None:
    with tempfile.TemporaryDirectory() as outside:
        root = Path(outside) / "root"
        for name in "abc":
            (root / name).mkdir(parents=True)
        for where, name, target in links:
            if target and not os.path.lexists(root / where / name):
                (root / where / name).symlink_to(target)
        try:
            found = resolve(root, path)
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
