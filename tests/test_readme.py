from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path

import pytest

from tests.readme import PAGES, README, written
from tests.screenshots import NAMES, draw

SCREENSHOTS = Path(__file__).parent.parent / "screenshots"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_those_of_the_program(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == written(page), "run: python -m tests.readme"


def test_every_picture_of_the_readme_is_drawn_by_the_script() -> None:
    shown = re.findall(r"\(screenshots/(.*?)\.svg\)", README.read_text(encoding="utf-8"))
    assert shown
    assert set(shown) <= set(NAMES)


def _words(svg: str) -> list[str]:
    return [unescape(text).replace("\xa0", " ") for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


@pytest.mark.parametrize("name", NAMES)
async def test_the_screens_look_as_they_did(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The committed picture is the snapshot. Its text is compared: fills and ids may change with Textual."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    kept = (SCREENSHOTS / f"{name}.svg").read_text(encoding="utf-8")
    assert _words(await draw(name)) == _words(kept), "look at the difference, then run: python -m tests.screenshots"
