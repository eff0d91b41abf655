from __future__ import annotations

import pytest
from textual.color import Color

from tcpview_tui.tui.theme import PALETTES, THEME_NAMES, choose, paints, textual_theme

NUMBERED = [name for name, palette in PALETTES.items() if not palette.ansi]
PAIRS = [(theme, name) for theme in NUMBERED for name in paints(PALETTES[theme])]


def _luminance(colour: Color) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize(("theme", "name"), PAIRS)
def test_every_text_can_be_read_on_its_background(theme: str, name: str) -> None:
    words = paints(PALETTES[theme])[name].split()
    dark, light = sorted(_luminance(Color.parse(words[place])) for place in (-3, -1))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("theme", NUMBERED)
def test_accents_can_be_read_on_both_backgrounds(theme: str) -> None:
    palette = PALETTES[theme]
    accent = _luminance(Color.parse(palette.accent))
    for paint in (palette.row, palette.dialog):
        dark, light = sorted((accent, _luminance(Color.parse(paint.split()[-1]))))
        assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("theme", PALETTES)
def test_new_changed_closed_and_suspicious_are_told_apart(theme: str) -> None:
    palette = PALETTES[theme]
    assert len({palette.new, palette.changed, palette.closed, palette.suspicious, palette.row, palette.cursor}) == 6


def test_the_ansi_theme_has_no_colour_of_its_own() -> None:
    assert "#" not in "".join(paints(PALETTES["ansi"]).values()) + PALETTES["ansi"].accent


@pytest.mark.parametrize("theme", PALETTES)
def test_textual_accepts_every_theme(theme: str) -> None:
    assert textual_theme(theme).to_color_system().generate()


@pytest.mark.parametrize(
    ("name", "colours", "no_color", "chosen"),
    [
        ("auto", 256, False, "dark"),
        ("auto", 16, False, "ansi"),
        ("auto", 256, True, "ansi"),
        ("light", 16, True, "light"),
    ],
)
def test_auto_asks_the_terminal(name: str, colours: int, no_color: bool, chosen: str) -> None:
    assert name in THEME_NAMES
    assert choose(name, colours, no_color) == chosen
