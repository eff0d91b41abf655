from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tcpview_tui.text import safe
from tcpview_tui.tui.cells import fit
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
