"""The HTML file: what a parser finds in it, and what no name can put there."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcpview_tui.model.columns import BY_ID, COLUMNS, Context
from tcpview_tui.model.row import Row
from tcpview_tui.model.traffic import Counters, Gauge
from tcpview_tui.record.page import write_page
from tcpview_tui.record.values import FACTS, shown
from tests.model.rows import make_process, make_row, rows
from tests.scenes import Told

NODE = shutil.which("node")
AT = 1_767_225_600.0
SOME = [BY_ID[name] for name in ("process", "lport", "recv", "cmd")]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></table>",
    "&lt;b&gt;",
    "'--><!--",
    "]]>",
]


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, and the text of each table cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.lines: list[list[str]] = []
        self.script = ""
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "tr":
            self.lines.append([])
        elif tag in {"td", "th"}:
            self.lines[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in {"td", "th"}:
            self.lines[-1][-1] += data
        elif self._inside == "script":
            self.script += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_text_in_its_cell(text: str) -> None:
    row = make_row("10.0.0.5:22", None, make_process(text, command_line=text))
    page = Page(write_page([row], SOME, Context(AT), AT, text))
    assert page.lines[1] == [text, "22", "", text]
    assert [tag for tag, _ in page.tags if tag in {"img", "b"}] == []
    assert len(page.attributes("script")) == 1


@given(st.lists(rows(), max_size=4))
def test_every_value_of_every_row_is_there(some: list[Row]) -> None:
    columns, context = (*COLUMNS, *FACTS), Context(AT)
    titles, *lines = Page(write_page(some, columns, context, AT, "box")).lines
    assert titles == [column.title for column in columns]
    assert lines == [[shown(column, row, context) for column in columns] for row in some]


def test_it_needs_nothing_else_and_runs_its_own_script_alone() -> None:
    page = Page(write_page([make_row()], SOME, Context(AT), AT, "box"))
    (policy,) = [a["content"] for a in page.attributes("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    digest = b64encode(sha256(page.script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none'")
    assert [a for _, a in page.tags if {"src", "href", "action", "onclick"} & set(a)] == []


def test_a_number_shown_short_is_there_in_full() -> None:
    row = make_row()
    context = Context(AT, gauges={row.key: Gauge(Told(Counters(1_234_567, 0)))})
    page = Page(write_page([row], SOME, context, AT, "box"))
    assert page.lines[1][2] == "1.2M"
    assert {"class": "right", "title": "1234567"} in page.attributes("td")


def test_a_closed_row_is_told_apart() -> None:
    page = Page(write_page([make_row(), make_row(closed_at=1003.5)], SOME, Context(AT), AT, "box"))
    assert [a.get("class") for a in page.attributes("tr")] == [None, None, "closed"]


@pytest.mark.skipif(NODE is None, reason="needs node, which runs the script of the page")
def test_it_searches_and_sorts(tmp_path: Path) -> None:
    some = [
        make_row(f"10.0.0.5:{port}", None, make_process(name)) for port, name in ((80, "Nginx"), (9, "b"), (1000, "b"))
    ]
    file = tmp_path / "page.html"
    file.write_text(write_page(some, SOME, Context(AT), AT, "box"), encoding="utf-8")
    words = ["nginx", "B 10", " ", "b 80", ""]
    command = [str(NODE), str(Path(__file__).with_name("page.mjs")), str(file), "Local port", *words]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    assert told["found"] == [[1, 1], [1, 1], [3, 3], [0, 0], [3, 3]]
    assert told["sorted"] == [["9", "80", "1000"], ["1000", "80", "9"]]
