from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tcpview_tui.text import safe
from tcpview_tui.tui.cells import fit, wrapped
from tcpview_tui.tui.glyphs import ASCII, UNICODE

TEXTS = st.text(max_size=60).map(safe)


@given(TEXTS, st.integers(1, 40), st.sampled_from(["end", "middle", "start"]), st.booleans())
def test_fit_is_exactly_as_wide_as_asked(text: str, width: int, cut: str, right: bool) -> None:
    shown = fit(text, width, cut, right)  # type: ignore[arg-type]
    assert cell_len(shown) == width


@pytest.mark.parametrize(("cut", "shown"), [("end", "/usr/lib/…"), ("middle", "/usr/…bin/x"), ("start", "…sql/bin/x")])
def test_what_does_not_fit_is_cut_where_it_hurts_least(cut: str, shown: str) -> None:
    width = len(shown)
    assert fit("/usr/lib/postgresql/bin/x", width, cut) == shown  # type: ignore[arg-type]


def test_wide_characters_are_not_split() -> None:
    assert fit("日本語", 4) == "日 …"
    assert fit("日本語", 6) == "日本語"
    assert fit("日本語", 4, "start") == "… 語"


def test_ascii_glyphs_spell_foreign_text_in_ascii() -> None:
    assert ASCII.plain("naïve ✓") == "na\\xefve \\u2713"
    assert UNICODE.plain("naïve ✓") == "naïve ✓"
    assert all(
        sign.isascii() for sign in (ASCII.ellipsis, ASCII.cursor, ASCII.up, ASCII.down, ASCII.dot, ASCII.spinner)
    )


@given(TEXTS, st.integers(1, 40), st.integers(1, 6))
def test_wrapped_text_loses_nothing_and_breaks_at_spaces_alone(text: str, width: int, most: int) -> None:
    lines = wrapped(text, width, most)
    assert " ".join(lines).strip() == text.strip()
    assert 1 <= len(lines) <= most
    assert all(cell_len(line) <= width or " " not in line.strip() for line in lines[: most - 1])


def test_wide_characters_are_wrapped_by_their_cells() -> None:
    assert wrapped("日本語 日本語", 9, 3) == ["日本語", "日本語"]
    assert wrapped("日本語 日本語", 13, 3) == ["日本語 日本語"]
