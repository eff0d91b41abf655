from __future__ import annotations

from pathlib import Path

from tcpview_tui.sources.packages.names import names


def test_a_system_that_is_not_merged_has_one_name_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "usr/bin").mkdir(parents=True)
    assert names(tmp_path, "/bin/x") == ("/bin/x",)
    assert names(tmp_path, "/usr/bin/x") == ("/usr/bin/x",)


def test_a_merged_system_has_several(tmp_path: Path) -> None:
    (tmp_path / "usr/bin").mkdir(parents=True)
    for link, target in (("bin", "usr/bin"), ("sbin", "usr/sbin"), ("usr/sbin", "bin")):
        (tmp_path / link).symlink_to(target)
    all_ = {"/usr/bin/x", "/bin/x", "/sbin/x", "/usr/sbin/x"}
    for path in all_:
        found = names(tmp_path, path)
        assert found[0] == path
        assert set(found) == all_
        assert len(found) == len(all_)
    assert names(tmp_path, "/opt/bin/x") == ("/opt/bin/x",)
    assert names(tmp_path, "/binx/x") == ("/binx/x",)


def test_a_link_that_leads_nowhere_adds_no_name(tmp_path: Path) -> None:
    (tmp_path / "bin").symlink_to("bin")
    (tmp_path / "sbin").symlink_to("none")
    assert names(tmp_path, "/bin/x") == ("/bin/x",)
    assert names(tmp_path, "/sbin/x") == ("/sbin/x",)
