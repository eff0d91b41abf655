from __future__ import annotations

from pathlib import Path

import pytest

from tcpview_tui.sources.packages.distroless import owner
from tests.sources.packages import databases
from tests.sources.packages.databases import write


def test_an_image_that_keeps_no_sums_tells_nothing(tmp_path: Path) -> None:
    write(tmp_path, "var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\n")
    with pytest.raises(ValueError, match="keeps no list of files"):
        owner(tmp_path, "/usr/bin/openssl")


def test_a_package_without_a_paragraph_has_no_version(tmp_path: Path) -> None:
    databases.distroless(tmp_path, "openssl", "3", {"/usr/bin/openssl": b"x"})
    (tmp_path / "var/lib/dpkg/status.d/openssl").unlink()
    found = owner(tmp_path, "/usr/bin/openssl")
    assert found
    assert found[:3] == ("openssl", "dpkg", None)
    assert owner(tmp_path, "/app/server") is None
