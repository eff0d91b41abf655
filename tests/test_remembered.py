from __future__ import annotations

import os
import resource
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.config import Settings
from tcpview_tui.meaning import WIDTH_LIMIT
from tcpview_tui.model.columns import COLUMNS
from tcpview_tui.model.grouping import GROUPINGS
from tcpview_tui.model.query import QueryError, parse
from tcpview_tui.model.toggles import TOGGLES
from tcpview_tui.remembered import (
    FILE_LIMIT,
    FILE_NAME,
    NAME_LIMIT,
    STATE_BY_NAME,
    Memory,
    Remembered,
    SavedFilter,
    load,
    merged,
    save,
)
from tcpview_tui.text import safe
from tcpview_tui.tui.theme import THEME_NAMES

EVERYTHING = Remembered(
    interval=2.5,
    theme="light",
    filter='user:root and not "a b"',
    sort=("process", "-age"),
    hidden=("udp", "loopback"),
    states=("none", "TIME_WAIT"),
    group="remote",
    keep_closed=True,
    details=False,
    columns=("pid", "process"),
    columns_off=("cmd",),
    widths={"process": 30},
    filters=(SavedFilter("web", "port:80,443"), SavedFilter("größe [/b]", "ssh", on=False)),
)
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
NONSENSE = {
    "interval = 0.1": "interval '0.1'",
    "interval = nan": "interval 'nan'",
    'theme = "neon"': "theme 'neon'",
    'filter = "port:abc"': "filter 'port:abc'",
    'sort = ["-age", "-colour"]': "sort '-colour'",
    'hidden = ["sctp"]': "hidden 'sctp'",
    'states = ["none", "", "OPEN"]': "states '', states 'OPEN'",
    'group = "colour"': "group 'colour'",
    'columns = ["colour", "pid"]': "columns 'colour'",
    'columns_off = ["colour"]': "columns_off 'colour'",
    "widths = {colour = 3, pid = 9}": "widths 'colour'",
    "widths = {pid = 0}": "widths 'pid'",
    f"widths = {{pid = {WIDTH_LIMIT + 1}}}": "widths 'pid'",
    f"widths = {{pid = 0x{'f' * 9000}}}": "widths 'pid'",
    'filters = [{name = "bad", expression = "port:abc"}]': "filters 'bad'",
    'filters = [{name = " ", expression = "ssh"}]': "filters ' '",
    f'filters = [{{name = "long", expression = "{"x" * 5000}"}}]': "filters 'long'",
    "names = true": "'names'",
}

HOSTILE = """
filter = "TEXT"
theme = "TEXT"
"TEXT" = 1
filters = [{name = "TEXT", expression = "TEXT"}]
"""


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
    assert said.startswith(f"Nothing is remembered: {FILE_NAME} ")
    assert str(folder) in said
    return said.removeprefix("Nothing is remembered: ")


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow beyond 10 bytes: setrlimit(2), Python ignores SIGXFSZ."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_without_a_file_nothing_is_remembered_and_nothing_said(tmp_path: Path) -> None:
    assert load(tmp_path) == load(tmp_path / "missing") == (Remembered(), None)
    assert names(tmp_path) == []


def test_everything_is_remembered_and_only_for_this_user(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "tcpview-tui"
    assert save(folder, EVERYTHING) is None
    assert load(folder) == (EVERYTHING, None)
    assert names(folder) == [FILE_NAME]
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600


def test_the_example_remembers_every_field() -> None:
    nothing = Remembered()
    fields = Remembered.__struct_fields__
    assert [name for name in fields if getattr(EVERYTHING, name) == getattr(nothing, name)] == []


def test_look_ups_never_start_by_themselves() -> None:
    assert "names" not in Remembered.__struct_fields__


def ids(*known: str) -> st.SearchStrategy[tuple[str, ...] | None]:
    return st.none() | st.lists(st.sampled_from(known), unique=True).map(tuple)


def is_filter(text: str) -> bool:
    try:
        parse(text)
    except QueryError:
        return False
    return True


COLUMN_IDS = tuple(column.id for column in COLUMNS)
EXPRESSIONS = st.text(max_size=40).map(safe).filter(is_filter) | st.sampled_from(["", "port:443 or not user:root"])
SAVED = st.builds(
    SavedFilter,
    st.text(min_size=1, max_size=5).map(safe).filter(lambda name: bool(name.strip()) and len(name) <= NAME_LIMIT),
    EXPRESSIONS,
    st.booleans(),
)
REMEMBERED = st.builds(
    Remembered,
    interval=st.none() | st.floats(0.5, 60),
    theme=st.none() | st.sampled_from(THEME_NAMES),
    filter=st.none() | EXPRESSIONS,
    sort=ids(*COLUMN_IDS, *(f"-{name}" for name in COLUMN_IDS)),
    hidden=ids(*(toggle.id for toggle in TOGGLES)),
    states=ids(*STATE_BY_NAME),
    group=st.none() | st.sampled_from(["", *(grouping.id for grouping in GROUPINGS)]),
    keep_closed=st.none() | st.booleans(),
    details=st.none() | st.booleans(),
    columns=ids(*COLUMN_IDS),
    columns_off=ids(*COLUMN_IDS),
    widths=st.none() | st.dictionaries(st.sampled_from(COLUMN_IDS), st.integers(1, WIDTH_LIMIT)),
    filters=st.lists(SAVED, unique_by=lambda saved: saved.name, max_size=5).map(tuple),
)


@given(REMEMBERED)
def test_what_is_saved_is_loaded_again(remembered: Remembered) -> None:
    with TemporaryDirectory() as folder:
        assert save(Path(folder), remembered) is None
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
    assert said.startswith("remembered.toml is now remembered.damaged.toml (")
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


def test_a_file_that_may_not_be_read_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, EVERYTHING)
    monkeypatch.setattr(os, "open", refuse)  # root may read everything: let the system refuse as it refuses others
    assert "(Permission denied)" in set_aside(tmp_path)


def test_a_damaged_file_that_cannot_be_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / FILE_NAME).write_text("damaged")
    monkeypatch.setattr(Path, "rename", refuse)
    said = set_aside(tmp_path)
    assert said.startswith(f"remembered.toml in {tmp_path} cannot be used (not TOML")
    assert said.endswith(", nor set aside (Permission denied).")
    assert names(tmp_path) == [FILE_NAME]


def test_a_folder_where_one_may_not_look_has_no_file(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert load(loop) == (Remembered(), None)


@pytest.mark.parametrize(("content", "told"), NONSENSE.items(), ids=[content[:40] for content in NONSENSE])
def test_what_means_nothing_is_left_out_and_said(tmp_path: Path, content: str, told: str) -> None:
    found, said = load_text(tmp_path, f"{content}\nkeep_closed = true\n")
    assert found.keep_closed is True
    assert said == f"Not remembered, because it means nothing: {told}, in {tmp_path / FILE_NAME}."
    assert names(tmp_path) == [FILE_NAME]


def test_the_rest_of_a_list_stays(tmp_path: Path) -> None:
    content = 'columns = ["pid", "colour", "process", "pid"]\nwidths = {colour = 3, pid = 9}\n'
    found, _ = load_text(tmp_path, content)
    assert found == Remembered(columns=("pid", "process"), widths={"pid": 9})


def test_a_long_list_of_nonsense_is_cut(tmp_path: Path) -> None:
    said = str(load_text(tmp_path, f"hidden = {[str(number) for number in range(100)]}")[1])
    assert said.endswith(f"hidden '3', hidden '4' and 95 more, in {tmp_path / FILE_NAME}.")


def test_of_two_filters_with_one_name_the_later_counts(tmp_path: Path) -> None:
    content = 'filters = [{name = "a", expression = "x"}, {name = "a", expression = "y", on = false}]'
    assert load_text(tmp_path, content)[0].filters == (SavedFilter("a", "y", on=False),)


def test_a_file_from_a_windows_editor_is_fine(tmp_path: Path) -> None:
    assert load_text(tmp_path, b"\xef\xbb\xbfinterval = 5\r\n") == (Remembered(interval=5.0), None)


@pytest.mark.parametrize("text", ["\\u001b]52;c;QQ==\\u0007", "\\u202e", "\\u009b2J"])
def test_hostile_text_is_made_visible(tmp_path: Path, text: str) -> None:
    found, said = load_text(tmp_path, HOSTILE.replace("TEXT", text))
    (saved,) = found.filters
    shown = [str(found.filter), saved.name, saved.expression, str(said)]
    assert [safe(each) for each in shown] == shown
    assert [each for each in shown if "\\" not in each] == []


def test_a_full_disk_is_said_and_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    save(tmp_path, EVERYTHING)
    with full_disk():
        said = save(tmp_path, Remembered())
    reason = f"{FILE_NAME} in {tmp_path} cannot be written (File too large)"
    assert said == f"What was changed is not remembered: {reason}."
    assert load(tmp_path) == (EVERYTHING, None)
    assert names(tmp_path) == [FILE_NAME]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "file exists" in str(save(tmp_path / "file", EVERYTHING)).lower()
    assert "not a directory" in str(save(tmp_path / "file" / "folder", EVERYTHING)).lower()


@pytest.mark.parametrize("name", ["x" * FILE_LIMIT, "\ud800"])
def test_what_could_not_be_loaded_again_is_not_written(tmp_path: Path, name: str) -> None:
    said = str(save(tmp_path, Remembered(filters=(SavedFilter(name, "ssh"),))))
    assert "cannot be written" in said
    assert safe(said) == said
    assert names(tmp_path) == []


def test_a_link_in_place_of_the_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / FILE_NAME).symlink_to(other)
    assert save(tmp_path, EVERYTHING) is None
    assert other.read_text() == "mine"
    assert load(tmp_path) == (EVERYTHING, None)


def test_of_two_programs_the_last_counts_and_no_file_is_half_written(tmp_path: Path) -> None:
    one, two = EVERYTHING, Remembered(interval=7.0)
    save(tmp_path, one)
    problems: list[str | None] = []

    def write(remembered: Remembered) -> None:
        problems.extend(save(tmp_path, remembered) for _ in range(100))

    writers = [threading.Thread(target=write, args=(each,)) for each in (one, two)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert load(tmp_path) in [(one, None), (two, None)]
    assert set(problems) == {None}
    assert names(tmp_path) == [FILE_NAME]


def test_a_memory_keeps_what_differs(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    assert (memory.remembered, memory.problem) == (Remembered(), None)
    assert memory.keep(Remembered()) is None
    assert names(tmp_path) == []
    assert memory.keep(EVERYTHING) is None
    assert Memory(tmp_path).remembered == memory.remembered == EVERYTHING


def test_a_memory_that_changed_nothing_leaves_the_file_to_others(tmp_path: Path) -> None:
    save(tmp_path, EVERYTHING)
    memory, other = Memory(tmp_path), Memory(tmp_path)
    other.keep(Remembered(interval=7.0))
    memory.keep(EVERYTHING)
    assert load(tmp_path)[0] == Remembered(interval=7.0)


def test_a_memory_tries_again_after_a_failure(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    with full_disk():
        assert "cannot be written" in str(memory.keep(EVERYTHING))
    assert memory.keep(EVERYTHING) is None
    assert load(tmp_path)[0] == EVERYTHING


def test_a_memory_says_what_was_wrong(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("damaged")
    assert "remembered.damaged.toml" in str(Memory(tmp_path).problem)


def test_a_fresh_memory_neither_reads_nor_writes() -> None:
    memory = Memory(None)
    assert (memory.remembered, memory.problem) == (Remembered(), None)
    assert memory.keep(EVERYTHING) is None
    assert memory.remembered == Remembered()


@pytest.mark.parametrize(
    ("given_options", "expected"),
    [
        (set(), {"interval": 2.5, "theme": "light", "filter": 'user:root and not "a b"'}),
        ({"interval", "filter"}, {"interval": 9.0, "theme": "light", "filter": "ssh"}),
        ({"interval", "filter", "theme", "linger"}, {"interval": 9.0, "theme": "ansi", "filter": "ssh"}),
    ],
)
def test_an_option_wins_over_what_is_remembered_and_that_over_the_file(
    given_options: set[str], expected: dict[str, Any]
) -> None:
    settings = Settings(interval=9.0, theme="ansi", filter="ssh", linger=5.0)
    assert merged(settings, EVERYTHING, given_options) == msgspec.structs.replace(settings, **expected)
    assert merged(settings, Remembered(), given_options) == settings


def test_an_empty_filter_is_remembered_as_such() -> None:
    assert merged(Settings(filter="ssh"), Remembered(filter=""), ()).filter == ""
