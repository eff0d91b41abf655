from __future__ import annotations

import os
from pathlib import Path

import pytest

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.sources.packages import owner as owners
from tcpview_tui.sources.packages.answers import Checksum, NotOwned, Owner, Ownership
from tcpview_tui.sources.packages.owner import Packages
from tests.sources.packages import databases
from tests.sources.packages.databases import Install, write

MANAGERS = [databases.dpkg, databases.distroless, databases.apk, databases.rpm]
FILES = {"/usr/bin/tool": b"tool", "/usr/sbin/server": b"server", "/usr/libexec/tool/tool": b"inner"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.mark.parametrize("install", MANAGERS)
def test_a_file_has_the_package_that_lists_it(install: Install, root: Path) -> None:
    install(root, "other", "3", {"/usr/bin/other": b"other", "/usr/share/tool/tool": b""})
    install(root, "tools", "1.2", FILES)
    for path in FILES:
        found = Packages().owner(root, path)
        assert isinstance(found, Owner)
        assert found.name == "tools"
        assert found.version is not None
        assert found.version.startswith("1.2")
        assert found.checksum is not None


@pytest.mark.parametrize("install", MANAGERS)
@pytest.mark.parametrize("path", ["/usr/bin/tool2", "/usr/bin/too", "/bin/tool", "/tool", "/usr/bin/other/tool", "/"])
def test_what_no_package_lists_belongs_to_none(install: Install, path: str, root: Path) -> None:
    install(root, "tools", "1.2", FILES)
    found = Packages().owner(root, path)
    assert isinstance(found, NotOwned)
    assert len(found.managers) == 1


@pytest.mark.parametrize("install", MANAGERS)
def test_a_package_may_list_what_the_system_has_moved(install: Install, root: Path) -> None:
    for folder in ("usr/bin", "usr/lib"):
        (root / folder).mkdir(parents=True)
    for link, target in (("bin", "usr/bin"), ("sbin", "/usr/sbin"), ("usr/sbin", "bin"), ("lib", "usr/lib")):
        (root / link).symlink_to(target)
    files = dict.fromkeys(("/bin/old", "/usr/bin/new", "/usr/sbin/server", "/lib/x/helper"), b"")
    install(root, "tools", "1", files)
    for path in ("/usr/bin/old", "/bin/new", "/usr/bin/server", "/sbin/old", "/usr/lib/x/helper"):
        assert isinstance(Packages().owner(root, path), Owner), path
    assert isinstance(Packages().owner(root, "/usr/lib/x/none"), NotOwned)


def test_without_a_database_nobody_knows(root: Path) -> None:
    assert Packages().owner(root, "/usr/bin/tool") == Unread("There is no package database that this program reads.")


@pytest.mark.parametrize("path", ["/snap/core22/1/usr/bin/python3", "/nix/store/abc-curl/bin/curl"])
def test_what_another_manager_keeps_is_not_said_to_be_without(path: str, root: Path) -> None:
    databases.dpkg(root, "tools", "1.2", FILES)
    assert isinstance(Packages().owner(root, path), Unread)


def test_of_two_managers_one_is_enough(root: Path) -> None:
    databases.dpkg(root, "tools", "1.2", FILES)
    databases.rpm(root, "other", "1", {"/usr/bin/other": b""})
    packages = Packages()
    assert [getattr(packages.owner(root, path), "manager", None) for path in ("/usr/bin/tool", "/usr/bin/other")] == [
        "dpkg", "rpm",
    ]  # fmt: skip
    assert packages.owner(root, "/usr/bin/none") == NotOwned(("dpkg", "rpm"))


def test_where_one_cannot_be_read_the_answer_is_not_no(root: Path) -> None:
    databases.dpkg(root, "tools", "1.2", FILES)
    write(root, "var/lib/rpm/Packages", b"\0" * 4096)
    assert isinstance(Packages().owner(root, "/usr/bin/tool"), Owner)
    unread = Packages().owner(root, "/usr/bin/none")
    assert isinstance(unread, Unread)
    assert "this format of the rpm database is not read" in unread.reason


@pytest.mark.parametrize("install", [databases.dpkg, databases.apk, databases.rpm])
def test_it_is_asked_once_until_the_database_changes(
    install: Install, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(root: Path, path: str, stamps: list[owners.Stamp]) -> Ownership:
        asked.append(path)
        return ask(root, path, stamps)

    ask = owners._ask
    monkeypatch.setattr(owners, "_ask", counted)
    install(root, "tools", "1.2", FILES)
    packages = Packages()
    assert isinstance(packages.owner(root, "/usr/bin/late"), NotOwned)
    assert isinstance(packages.owner(root, "/usr/bin/late"), NotOwned)
    assert asked == ["/usr/bin/late"]
    install(root, "late", "1", {"/usr/bin/late": b""})
    assert isinstance(packages.owner(root, "/usr/bin/late"), Owner)
    assert len(asked) == 2


def test_it_forgets_rather_than_grow(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owners, "KEPT", 3)
    databases.apk(root, "tools", "1", FILES)
    packages = Packages()
    for number in range(20):
        packages.owner(root, f"/usr/bin/{number}")
    assert len(packages._known) <= 3


def test_two_roots_have_nothing_in_common(root: Path) -> None:
    databases.apk(root / "one", "tools", "1", FILES)
    databases.dpkg(root / "two", "other", "1", {})
    packages = Packages()
    assert isinstance(packages.owner(root / "one", "/usr/bin/tool"), Owner)
    assert isinstance(packages.owner(root / "two", "/usr/bin/tool"), NotOwned)


def test_a_root_that_is_this_programs_own_is_read_by_that_way(root: Path) -> None:
    databases.apk(root / "own", "tools", "1", FILES)
    (root / "process").symlink_to("own")
    packages = Packages(own=root / "own")
    assert isinstance(packages.owner(root / "process", "/usr/bin/tool"), Owner)


def test_a_link_leads_nowhere_outside_the_root(root: Path) -> None:
    databases.apk(root / "outside", "tools", "1", FILES)
    inside = root / "inside"
    (inside / "lib").mkdir(parents=True)
    (inside / "lib/apk").symlink_to("../../outside/lib/apk")
    assert isinstance(Packages().owner(inside, "/usr/bin/tool"), Unread)
    (inside / "lib/apk").unlink()
    (inside / "lib/apk").symlink_to(root / "outside/lib/apk")
    assert isinstance(Packages().owner(inside, "/usr/bin/tool"), Unread)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_not_known(root: Path) -> None:
    databases.apk(root, "tools", "1", FILES)
    (root / "lib/apk/db").chmod(0)
    found = Packages().owner(root, "/usr/bin/tool")
    (root / "lib/apk/db").chmod(0o755)
    assert found == Unread("The package databases cannot be read: not permitted.")


def _loop(place: Path) -> None:
    place.symlink_to(place.name)


def _text(place: Path) -> None:
    place.write_bytes(b"\0\xff" * 4096)


def _pages(place: Path) -> None:
    place.write_bytes(b"SQLite format 3\0" + b"\xff" * 8192)


def _huge(place: Path) -> None:
    with place.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.parametrize("trap", [os.mkfifo, _loop, _text, _pages, _huge, Path.mkdir])
@pytest.mark.parametrize(
    "place",
    ["var/lib/dpkg/info", "var/lib/dpkg/info/a.list", "var/lib/dpkg/diversions", "var/lib/dpkg/info/tools.md5sums",
     "var/lib/dpkg/status", "var/lib/dpkg/status.d", "var/lib/dpkg/status.d/a.md5sums", "lib/apk/db/installed",
     "var/lib/rpm/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite-wal"],
)  # fmt: skip
def test_a_trap_holds_nothing_up_and_proves_nothing(trap: object, place: str, root: Path) -> None:
    assert callable(trap)
    if place.startswith("var/lib/dpkg/info/") or place.endswith(("diversions", "status")):
        databases.dpkg(root, "tools", "1", FILES)
    if place.endswith("-wal"):
        databases.rpm_database(root / "var/lib/rpm/rpmdb.sqlite", databases.rpm_header("tools", "1", FILES), [])
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    (root / place).unlink(missing_ok=True)
    trap(root / place)
    assert isinstance(Packages().owner(root, "/usr/bin/tool"), (Owner, NotOwned, Unread))
    unasked = place.endswith(("status", "tools.md5sums")) or (place.endswith("-wal") and trap is os.mkfifo)
    if trap in (os.mkfifo, _loop, _huge) and not unasked:
        assert isinstance(Packages().owner(root, "/usr/bin/none"), Unread)


def test_hostile_names_are_visible_text(root: Path) -> None:
    databases.dpkg(root, "a\x1b[2J", "1\x1b[2J", FILES)
    found = Packages().owner(root, "/usr/bin/tool")
    assert isinstance(found, Owner)
    assert found.name == "a\\x1b[2J"
    databases.apk(root / "apk", "b\x1b", "1\x07", FILES)
    found = Packages().owner(root / "apk", "/usr/bin/tool")
    assert isinstance(found, Owner)
    assert found[:3] == ("b\\x1b", "apk", "1\\x07")


@pytest.mark.parametrize("install", [databases.dpkg, databases.apk])
def test_a_path_of_two_lines_is_not_two_entries(install: Install, root: Path) -> None:
    install(root, "tools", "1", {"/usr/bin/a": b"", "/usr/bin/b": b""})
    assert isinstance(Packages().owner(root, "/usr/bin/a\n/usr/bin/b"), NotOwned)
    assert isinstance(Packages().owner(root, "/usr/bin/a\nR:another"), NotOwned)


def test_checksums_are_those_of_the_manager(root: Path) -> None:
    algorithms = []
    for number, install in enumerate(MANAGERS):
        install(root / str(number), "tools", "1", FILES)
        found = Packages().owner(root / str(number), "/usr/bin/tool")
        assert isinstance(found, Owner)
        assert isinstance(found.checksum, Checksum)
        algorithms.append(found.checksum.algorithm)
    assert algorithms == ["md5", "md5", "sha1", "sha256"]
