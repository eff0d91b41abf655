"""The folder: read in the background, and again when a file changes; what was understood is kept while it can be."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tcpview_tui.lookup.lists.folder import LOOK_SECONDS, Lists
from tcpview_tui.lookup.lists.shelf import Kept, reread
from tests.fakes import EPOCH, FakeClock
from tests.lookup.lists.gated import UNREAD, GatedLists
from tests.lookup.lists.samples import EVIL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Folder:
    """A folder of lists, and the clock by which it is looked at."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock = path, FakeClock()
        self.lists = Lists(path, self.clock)

    def write(self, text: str, name: str = "a.txt", modified: float = EPOCH - 1000) -> None:
        """Put a new file in place of the old one, as a careful writer does."""
        new = self.path / f".{name}"
        new.write_text(text)
        os.utime(new, (modified, modified))
        new.replace(self.path / name)

    def look(self) -> Lists:
        self.clock.advance(LOOK_SECONDS)
        self.lists.refresh()
        assert self.lists.wait(30)
        return self.lists

    def found(self, ip: str = "45.0.0.1") -> list[str]:
        return [f"{match.list}:{match.line}" for match in self.lists.address(ip, None)]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_nothing_is_read_before_it_is_wanted(folder: Folder) -> None:
    folder.write("45.0.0.1\n")
    assert (folder.found(), folder.lists.version) == ([], 0)
    folder.look()
    assert (folder.found(), folder.lists.version) == (["a.txt:1"], 1)


def test_every_list_is_asked(folder: Folder) -> None:
    folder.write("45.0.0.0/24\n", "b")
    folder.write(f"{EVIL}\n", "c")
    folder.write("45.0.0.1\n", "a")
    lists = folder.look()
    assert folder.found() == ["a:1", "b:1"]
    assert [match.list for match in lists.digest(EVIL.upper())] == ["c"]
    assert (lists.address("10.0.0.1", 1), lists.address("nonsense", 1), lists.digest("zz"), lists.digest("00")) == (
        (), (), (), (),
    )  # fmt: skip


def test_files_are_looked_at_once_a_minute(folder: Folder) -> None:
    folder.look()
    folder.write("45.0.0.1\n")
    folder.clock.advance(LOOK_SECONDS - 1)
    folder.lists.refresh()
    assert folder.lists.wait(30)
    assert folder.found() == []
    folder.clock.advance(1)
    folder.lists.refresh()
    assert folder.lists.wait(30)
    assert folder.found() == ["a.txt:1"]


def test_a_list_that_changed_is_read_again_and_one_that_did_not_is_not(folder: Folder) -> None:
    folder.write("45.0.0.1\n")
    version = folder.look().version
    assert folder.look().version == version
    folder.write("45.0.0.2\n")
    assert folder.look().version == version + 1
    assert (folder.found(), folder.found("45.0.0.2")) == ([], ["a.txt:1"])


def test_a_list_that_is_gone_counts_no_more(folder: Folder) -> None:
    folder.write("45.0.0.1\n")
    version = folder.look().version
    (folder.path / "a.txt").unlink()
    assert folder.look().version == version + 1
    assert folder.found() == []


def test_a_list_that_is_being_written_keeps_what_it_had(folder: Folder) -> None:
    folder.write("45.0.0.1\n")
    folder.look()
    folder.write("45.0.0.9\n", modified=folder.clock.wall() + LOOK_SECONDS - 1)
    folder.look()
    assert folder.found() == ["a.txt:1"]
    folder.look()
    assert (folder.found(), folder.found("45.0.0.9")) == ([], ["a.txt:1"])


@pytest.mark.parametrize("damage", ['{"objects": [', "", "<html>Forbidden</html>"])
def test_a_list_that_is_none_any_more_keeps_what_it_had(folder: Folder, damage: str) -> None:
    folder.write("45.0.0.1\n")
    version = folder.look().version
    folder.write(damage)
    (problem,) = folder.look().problems
    assert problem.startswith(("a.txt is not used: it", "a.txt is not used: nothing"))
    assert problem.endswith("What it held before still counts.")
    assert (folder.found(), folder.lists.version) == (["a.txt:1"], version)
    folder.write("45.0.0.1\n")
    assert folder.look().problems == ()


def test_a_file_that_cannot_be_read_is_tried_again(folder: Folder) -> None:
    (folder.path / "link").symlink_to("nothing")
    (problem,) = folder.look().problems
    assert problem.startswith("link is not used: it cannot be read (No such file")
    (folder.path / "nothing").write_text("45.0.0.1\n")
    assert folder.look().problems == ()


def test_broken_lines_are_counted_and_the_first_is_named(folder: Folder) -> None:
    folder.write("45.0.0.1\nhello\nworld\n")
    assert folder.look().problems == ("a.txt: 2 lines not understood, the first is line 2: “hello”.",)
    assert folder.found() == ["a.txt:1"]


def test_hidden_files_and_folders_are_none(folder: Folder) -> None:
    (folder.path / "old").mkdir()
    (folder.path / ".part").write_text("45.0.0.1\n")
    assert (folder.look().problems, folder.found()) == ((), [])


def test_a_closed_folder_is_read_no_more(folder: Folder) -> None:
    folder.lists.close()
    folder.write("45.0.0.1\n")
    folder.look()
    assert folder.found() == []


def test_closing_ends_the_reading(folder: Folder) -> None:
    folder.write("45.0.0.1\n" * 400_000)
    folder.lists.refresh()
    folder.lists.close()
    assert folder.lists.wait(30)
    assert folder.found() == []


def test_look_ups_go_on_while_a_list_is_read(folder: Folder) -> None:
    folder.write("45.0.0.1\n")
    folder.look()
    folder.write("45.0.0.1\n" + "".join(f"45.1.{n >> 8}.{n & 255}\n" for n in range(1 << 16)), "b")
    asking, wrong = threading.Event(), list[object]()

    def ask() -> None:
        while not asking.is_set():
            if "a.txt:1" not in folder.found():
                wrong.append(folder.found())

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    folder.look()
    asking.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert folder.found() == ["a.txt:1", "b:1"]


def test_it_is_said_that_lists_are_still_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    told = list[tuple[str, ...]]()

    def watched(*arguments: Any) -> Kept:
        told.append(folder.lists.problems)
        return reread(*arguments)

    monkeypatch.setattr("tcpview_tui.lookup.lists.folder.reread", watched)
    folder.write("45.0.0.1\n")
    assert folder.look().problems == ()
    assert folder.look().problems == ()
    assert told == [("Reputation lists are being read; until then nothing is compared with them.",), ()]


def test_until_all_has_been_read_once_it_is_said_that_there_may_be_more(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("45.0.0.1\n")
    lists = GatedLists(tmp_path)
    assert lists.unread == UNREAD
    lists.refresh()
    assert not lists.wait(0)
    assert (lists.unread, lists.address("45.0.0.1", 1)) == (UNREAD, ())
    lists.finish()
    assert lists.unread == ""
    assert lists.address("45.0.0.1", 1)


def test_while_one_list_is_read_another_counts_and_there_may_be_more(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("45.0.0.1\n", "a")
    folder.write("45.0.0.1\n", "b")
    told = dict[tuple[str, ...], str]()
    monkeypatch.setattr(folder.lists, "_rest", lambda: told.update({tuple(folder.found()): folder.lists.unread}))
    folder.look()
    assert told == {(): UNREAD, ("a:1",): UNREAD}
    assert (folder.lists.unread, folder.found()) == ("", ["a:1", "b:1"])


def test_a_list_that_comes_later_makes_nothing_unread(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("45.0.0.1\n")
    folder.look()
    told = set[str]()
    monkeypatch.setattr(folder.lists, "_rest", lambda: told.add(folder.lists.unread))
    folder.write("45.0.0.2\n", "b")
    folder.look()
    assert told == {""}


@pytest.fixture
def guest() -> Iterator[None]:
    """Be nobody, so that permissions count."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    yield
    os.seteuid(before)


@pytest.fixture
def open_folder(folder: Folder) -> Folder:
    """One that everybody can reach."""
    for each in (folder.path, *folder.path.parents[:2]):
        each.chmod(0o755)
    return folder


def test_what_a_list_says_that_cannot_be_read_is_not_known(open_folder: Folder, request: pytest.FixtureRequest) -> None:
    folder = open_folder
    folder.write("45.0.0.1\n", "a")
    folder.write("45.0.0.1\n", "b\x1b")
    (folder.path / "b\x1b").chmod(0)
    request.getfixturevalue("guest")
    lists = folder.look()
    assert (lists.unread, folder.found()) == ("b\\x1b could not be read", ["a:1"])
    assert lists.problems == ("b\\x1b is not used: it cannot be read (Permission denied).",)


def test_a_folder_that_cannot_be_read_says_nothing_of_what_it_lists(
    open_folder: Folder, request: pytest.FixtureRequest
) -> None:
    open_folder.write("45.0.0.1\n")
    open_folder.path.chmod(0)
    request.getfixturevalue("guest")
    assert open_folder.look().unread == "the folder of reputation lists could not be read"


def test_a_list_that_can_be_read_after_all_is_read_and_so_is_one_that_still_counts(folder: Folder) -> None:
    (folder.path / "link").symlink_to("nothing")
    version = folder.look().version
    assert (folder.lists.unread, folder.look().version) == ("link could not be read", version)
    (folder.path / "nothing").write_text("45.0.0.1\n")
    assert folder.look().unread == ""
    (folder.path / "nothing").unlink()
    assert (folder.look().unread, folder.found()) == ("", ["link:1"])


def test_another_reason_why_something_is_unread_is_news(folder: Folder) -> None:
    folder.write("<html>")
    version = folder.look().version
    (folder.path / "a.txt").unlink()
    (folder.path / "a.txt").symlink_to("nothing")
    assert (folder.look().unread, folder.lists.version) == ("a.txt could not be read", version + 1)


@pytest.mark.parametrize("content", ["", "<html>Forbidden</html>"])
def test_what_is_no_list_makes_nothing_unread(folder: Folder, content: str) -> None:
    folder.write(content)
    lists = folder.look()
    assert (lists.unread, len(lists.problems)) == ("", 1)


def test_of_many_lists_with_something_wrong_a_few_are_named(folder: Folder) -> None:
    for number in range(20):
        (folder.path / f"{number:02}").symlink_to("nothing")
    lists = folder.look()
    assert lists.unread == "00, 01, 02 and 17 other lists could not be read"
    assert [problem.partition(" ")[0] for problem in lists.problems] == ["00", "01", "02", "17"]
    assert lists.problems[3].startswith("17 other lists are not, or not wholly, used: ")
    for number in range(16):
        (folder.path / f"{number:02}").unlink()
    assert folder.look().problems[3].startswith("1 other list is not")


@pytest.mark.parametrize("name", ["missing", "file"])
def test_a_folder_without_lists_has_been_read_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    assert Folder(tmp_path / name).look().unread == ""


def test_reading_that_was_broken_off_has_not_ended(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("45.0.0.1\n")
    lists = GatedLists(tmp_path)
    lists.refresh()
    lists.close()
    lists.finish()
    assert lists.unread == UNREAD


def test_without_a_further_thread_the_next_refresh_tries(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("45.0.0.1\n")

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as no_threads:
        no_threads.setattr(threading.Thread, "start", refuse)
        folder.lists.refresh()
    assert folder.found() == []
    folder.lists.refresh()
    assert folder.lists.wait(30)
    assert folder.found() == ["a.txt:1"]
