from __future__ import annotations

import csv
import io
import json
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from textual.widgets import Input

from tcpview_tui.files import create
from tcpview_tui.tui.commands.saving import save
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.save import SaveScreen
from tests.fakes import connection, listener
from tests.model.rows import make_process
from tests.tui.harness import Live, live

STEM = "tcpview-box-lab-20260101T000000Z"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, on a host with a strange name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("socket.gethostname", lambda: "box lab")
    return tmp_path


async def opened(program: Live) -> Input:
    """Open the dialog and return the field with the name."""
    save(program.main)
    await program.settled()
    assert isinstance(program.app.screen, SaveScreen)
    return program.app.screen.query_one(Input)


async def named(program: Live, name: str) -> None:
    """Type a name in place of the one there, and Enter."""
    (await opened(program)).value = name
    await program.press("enter")


async def saved(program: Live) -> None:
    await program.until(lambda: isinstance(program.app.screen, MainScreen))


async def refused(program: Live, says: str) -> None:
    await program.until(lambda: says in " ".join(" ".join(line.strip(" │|") for line in program.lines).split()))
    assert isinstance(program.app.screen, SaveScreen)


async def test_enter_saves_all_rows_as_csv_into_the_current_folder(folder: Path) -> None:
    async with live(connection(1), listener(2, 80), size=(200, 40)) as program:
        await opened(program)
        assert f"{STEM}.csv" in program.text
        assert "CSV: 2 rows" in program.text
        await program.press("enter")
        await saved(program)
        file = folder / f"{STEM}.csv"
        assert f"Saved 2 rows to {file}" in program.text
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        records = list(csv.DictReader(io.StringIO(file.read_text(), newline="")))
        assert [record["Process"] for record in records] == [
            row.owner.name for row in program.app.session.view.rows() if row.owner
        ]


async def test_selected_rows_alone_are_saved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1), listener(2, 80)) as program:
        chosen = tuple(program.app.session.view.rows())[:1]
        monkeypatch.setattr(program.app.session.view, "selected_rows", lambda: chosen)
        await opened(program)
        assert "CSV: 1 selected row" in program.text
        await program.press("down", "enter")
        await saved(program)
        documents = json.loads((folder / f"{STEM}.json").read_text())
        assert [document["process"]["pid"] for document in documents] == [row.owner.pid for row in chosen if row.owner]


async def test_text_says_where_and_when(folder: Path) -> None:
    async with live(connection(1)) as program:
        await opened(program)
        await program.press("down", "down", "enter")
        await saved(program)
        assert (folder / f"{STEM}.txt").read_text().startswith("box lab  2026-01-01T00:00:00.000Z  1 row\n")


async def test_the_picture_is_of_the_screen_before_the_dialog_and_calls_nobody(folder: Path) -> None:
    hostile = make_process('=x"<b>&[red]')
    async with live(connection(1, owners=(hostile,)), size=(120, 20)) as program:
        await opened(program)
        await program.press("down", "down", "down", "down", "enter")
        await saved(program)
        picture = (folder / f"{STEM}.svg").read_text()
        words = " ".join(ElementTree.fromstring(picture).itertext()).replace("\xa0", " ")
        assert '=x"<b>&[red]' in words
        assert "Save into" not in words
        assert "cdnjs" not in picture
        assert 'local("FiraCode-Regular");' in picture


async def test_rows_are_those_that_were_there_when_the_dialog_was_opened(folder: Path) -> None:
    async with live(connection(1)) as program:
        await opened(program)
        await program.look(connection(1), connection(2), connection(3))
        await program.press("enter")
        await saved(program)
        assert len((folder / f"{STEM}.csv").read_text().splitlines()) == 2


async def test_a_suffix_that_the_person_has_given_stays() -> None:
    async with live(connection(1)) as program:
        field = await opened(program)
        await program.press("down")
        assert field.value == f"{STEM}.json"
        await program.press("up", "up")
        assert field.value == f"{STEM}.csv"
        field.value = "evidence.log"
        await program.press("down", "down", "down", "down", "down")
        assert field.value == "evidence.log"


async def test_a_burst_of_keys_saves_what_it_says(folder: Path) -> None:
    async with live(connection(1)) as program:
        await opened(program)
        await program.burst("\x1b[B\x7f\x7f\x7f\x7f\x7f-k.q\r")
        await saved(program)
        assert json.loads((folder / f"{STEM}-k.q").read_text())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("there.csv", "That name is taken, and nothing is overwritten."),
        ("link.csv", "That name is taken"),
        ("missing/x.csv", "There is no such folder"),
        ("x" * 300, "The name is too long"),
        ("there.csv/x", "its folder is a file"),
        ("~nobody-of-that-name/x", "Could not determine home directory"),
        ("", "A file needs a name."),
        ("   ", "A file needs a name."),
        (".", "That name is taken"),
    ],
)
async def test_what_cannot_be_is_said_and_the_dialog_stays(folder: Path, name: str, says: str) -> None:
    (folder / "there.csv").write_text("before")
    (folder / "link.csv").symlink_to(folder / "elsewhere")
    async with live(connection(1), size=(200, 40)) as program:
        await named(program, name)
        await refused(program, says)
        assert {file.name for file in folder.iterdir()} == {"there.csv", "link.csv"}
        assert (folder / "there.csv").read_text() == "before"
        await program.press("escape")
        await named(program, "other.csv")
        await saved(program)


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_everything_is_seen_on_a_small_screen_also_with_an_error(folder: Path, size: tuple[int, int]) -> None:
    (folder / "there.csv").touch()
    async with live(connection(1), size=size) as program:
        await named(program, "there.csv")
        await refused(program, "That name is taken")
        for part in ("there.csv", "Save ", "Cancel", "Enter saves", "CSV: 1 row"):
            assert part in program.text


async def test_a_home_is_meant_by_its_sign(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder / "home"))
    (folder / "home").mkdir()
    async with live(connection(1)) as program:
        await named(program, "~/x.csv")
        await saved(program)
    assert (folder / "home" / "x.csv").exists()


async def test_a_hostile_name_is_shown_harmlessly(folder: Path) -> None:
    name = "a\u202eb[red]\\x.csv"
    async with live(connection(1), size=(200, 40)) as program:
        await named(program, name)
        await saved(program)
        assert "\u202e" not in program.text
        assert "a\\u202eb[red]\\x.csv" in program.text
    assert (folder / name).exists()


async def test_the_buttons_do_what_they_say(folder: Path) -> None:
    async with live(connection(1)) as program:
        await opened(program)
        await program.pilot.click("#cancel")
        await saved(program)
        assert list(folder.iterdir()) == []
        await opened(program)
        await program.pilot.click("#save")
        await saved(program)
        assert len(list(folder.iterdir())) == 1


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Let the disk wait until the test says so."""
    go = threading.Event()

    def waiting(file: Path, content: bytes) -> None:
        go.wait(20)
        create(file, content)

    monkeypatch.setattr("tcpview_tui.tui.screens.save.create", waiting)
    yield go.set
    go.set()


async def test_a_second_enter_waits_for_the_first(folder: Path, slow: Callable[[], None]) -> None:
    async with live(connection(1)) as program:
        await opened(program)
        await program.press("enter", "enter")
        assert "Writing..." in program.text
        slow()
        await saved(program)
        assert "Saved 1 row to" in program.text
        assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "says"), [("x.csv", "Saved 1 row to"), ("no/x.csv", "no/x.csv was not saved. There is no such folder.")]
)
async def test_who_does_not_wait_hears_of_it_on_the_main_screen(name: str, says: str, slow: Callable[[], None]) -> None:
    async with live(connection(1), size=(200, 40)) as program:
        await named(program, name)
        await program.press("escape")
        assert isinstance(program.app.screen, MainScreen)
        slow()
        await program.until(lambda: says in program.text)


async def test_many_rows_are_written_off_the_screens_thread(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(connection(1)) as program:
        rows: Any = tuple(program.app.session.view.rows()) * 20_000
        monkeypatch.setattr(program.app.session.view, "selected_rows", lambda: rows)
        threads: list[threading.Thread] = []

        def creating(file: Path, content: bytes) -> None:
            threads.append(threading.current_thread())
            create(file, content)

        monkeypatch.setattr("tcpview_tui.tui.screens.save.create", creating)
        await named(program, "many.csv")
        await saved(program)
        assert len(threads) == 1
        assert threads[0] is not threading.main_thread()
        assert "Saved 20,000 selected rows to" in program.text
        assert len((folder / "many.csv").read_text().splitlines()) == 20_001
