from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.sources.packages.answers import Checksum
from tcpview_tui.sources.packages.apk import owner
from tests.sources.packages import databases
from tests.sources.packages.databases import write

ALPINE = """\
C:Q1p78yvTLG094tHE1+dToJGbmYzQE=
P:musl-utils
V:1.2.5-r0
A:x86_64
D:scanelf so:libc.musl-x86_64.so.1
F:sbin
R:ldconfig
a:0:0:755
Z:Q1Kja2+POZKxEkUOZqwSjC6kmaED4=
F:usr
F:usr/bin
R:getconf
a:0:0:755
Z:Q1+E2BZcq1FYoUKCsIDUX5wZ1WrV0=
R:ldd
a:0:0:755
Z:Q1yFAhGggmL7ERgbIA7KQxyTzf3ks=

C:Q17yZ3=
P:busybox
V:1.36.1-r29
F:bin
R:busybox
a:0:0:755
F:usr
F:usr/bin

"""
"""As Alpine writes it, shortened; ``usr/bin`` stands in two paragraphs."""


def test_a_database_of_alpine(tmp_path: Path) -> None:
    write(tmp_path, "lib/apk/db/installed", ALPINE)
    found = owner(tmp_path, "/usr/bin/ldd")
    assert found
    assert found[:3] == ("musl-utils", "apk", "1.2.5-r0")
    assert found.checksum == Checksum("sha1", "c850211a08262fb11181b200eca431c93cdfde4b")
    assert owner(tmp_path, "/usr/bin/busybox") is None
    assert owner(tmp_path, "/usr/bin/ldconfig") is None


def test_a_file_without_a_checksum_does_not_get_that_of_the_next(tmp_path: Path) -> None:
    write(tmp_path, "lib/apk/db/installed", ALPINE + "P:last\nF:a\nR:b\nR:c\nZ:Q1Kja2+POZKxEkUOZqwSjC6kmaED4=\n")
    busybox, other = owner(tmp_path, "/bin/busybox"), owner(tmp_path, "/a/b")
    assert busybox
    assert other
    assert (busybox.checksum, other.checksum) == (None, None)
    assert other.version is None


def test_the_place_of_version_3(tmp_path: Path) -> None:
    databases.apk(tmp_path, "tools", "1", {"/usr/bin/tool": b"tool"})
    (tmp_path / "usr").mkdir()
    (tmp_path / "lib").rename(tmp_path / "usr/lib")
    found = owner(tmp_path, "/usr/bin/tool")
    assert found
    assert found.checksum == Checksum("sha1", hashlib.sha1(b"tool").hexdigest())


def test_a_checksum_that_is_none_is_none(tmp_path: Path) -> None:
    write(tmp_path, "lib/apk/db/installed", "P:a\nF:bin\nR:x\nZ:Q1=\nR:y\nZ:Q9AAAA\n")
    found = [owner(tmp_path, path) for path in ("/bin/x", "/bin/y")]
    assert [one and one.checksum for one in found] == [None, None]


@given(st.lists(st.sampled_from(["P:a", "V:1", "F:bin", "R:x", "Z:Q1AAAA", "Z:Q1", "", "F:", "R:", "\0", "F:bin\r"])))
def test_no_database_breaks_it(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write(root, "lib/apk/db/installed", "\n".join(lines))
        try:
            found = owner(root, "/bin/x")
        except ValueError:
            assert "R:x" in lines
        else:
            assert found is None or ("R:x" in lines and "F:bin" in lines and found.name == "a")
