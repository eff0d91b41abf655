from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from textual.color import Color
from textual.widgets import OptionList

from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Hit, Rule, Severity
from tcpview_tui.lookup.answer import WhoisAnswer
from tcpview_tui.model.arrangement import Arrangement
from tcpview_tui.model.connection import State
from tcpview_tui.tui.messages import FindingsArrived
from tcpview_tui.tui.screens.columns import ColumnsScreen
from tcpview_tui.tui.screens.copy import CopyScreen
from tcpview_tui.tui.screens.main import MainScreen
from tcpview_tui.tui.screens.states import StatesScreen
from tcpview_tui.tui.screens.whois import WhoisScreen
from tcpview_tui.tui.theme import PALETTES, THEME_NAMES, choose, paints, textual_theme
from tests.fakes import CURL, connection, listener
from tests.tui.gestures import CTRL_A, CTRL_P, DOWN_ARROW, ESC, HOME, UP_ARROW
from tests.tui.harness import Live, live

if TYPE_CHECKING:
    from rich.style import Style

NUMBERED = [name for name, palette in PALETTES.items() if not palette.ansi]
PAIRS = [(theme, name) for theme in NUMBERED for name in paints(PALETTES[theme])]


def _luminance(colour: Color) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _contrast(one: Color, other: Color) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("theme", "name"), PAIRS)
def test_every_text_can_be_read_on_its_background(theme: str, name: str) -> None:
    words = paints(PALETTES[theme])[name].split()
    assert _contrast(Color.parse(words[-3]), Color.parse(words[-1])) >= 4.5


@pytest.mark.parametrize("theme", NUMBERED)
def test_accents_can_be_read_on_both_backgrounds(theme: str) -> None:
    palette = PALETTES[theme]
    for paint in (palette.row, palette.dialog):
        assert _contrast(Color.parse(palette.accent), Color.parse(paint.split()[-1])) >= 4.5


def _unreadable(program: Live) -> list[str]:
    """Return the texts on the screen whose colours are too near to each other, as a terminal gets them."""
    strips = program.app.screen._compositor.render_strips()
    segments = [segment for strip in strips for segment in strip if segment.text.strip()]
    return [f"{segment.text!r}: {segment.style}" for segment in segments if not _can_be_read(segment.style)]


def _can_be_read(style: Style | None) -> bool:
    if style is None or style.color is None or style.bgcolor is None or style.dim:
        return False
    return _contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)) >= 4.5


KEYS = {
    "table": UP_ARROW,
    "marked": DOWN_ARROW,
    "filter": "/curl",
    "wrong filter": "/pid:x",
    "selected filter": "/curl\r/",
    "completion": "/pr\t",
    "help": "?",
    "palette": CTRL_P,
    "palette with text": f"{CTRL_P}show",
    "sort": f"s{DOWN_ARROW}",
    "not visible": "i",
    "log": "a",
    "menu": "o",
    "save": "\x13",
    "states": "S",
    "columns": "c",
    "saved filters": "F",
    "name of a filter": "/curl\rFn",
    "text to copy": "yy",
    "details": "\r",
    "all details": "\r\r",
    "selected rows": f"v{DOWN_ARROW}",
    "end": "k",
    "end, button": "k\t",
    "end several": f"{CTRL_A}k",
    "whois question": "/rport:443\rw",
    "whois question, button": "/rport:443\rw\t",
    "headings": f"g{DOWN_ARROW}\r",
    "pinned": f"g{HOME}\r{HOME}p{DOWN_ARROW}",
    "dimmed": "m",
    "marks": "M",
}
"""What is typed for each view; the last ones change what the next ones begin with."""

ON_THE_MAIN_SCREEN = {
    "table",
    "marked",
    "filter",
    "wrong filter",
    "selected filter",
    "completion",
    "details",
    "selected rows",
    "headings",
    "pinned",
    "dimmed",
}

PAINTED = {"selected rows": "selected", "headings": "group", "pinned": "pinned", "dimmed": "dim"}
"""Paints that are to be seen once the marks of the first look have faded."""


async def _unreadable_in_any_theme(program: Live) -> dict[str, list[str]]:
    found = {}
    for theme in NUMBERED:
        program.app.change_theme(theme)
        await program.pilot.pause()
        found[theme] = _unreadable(program)
    return {theme: texts for theme, texts in found.items() if texts}


def _shows(program: Live, paint: str) -> bool:
    """Return whether anything on the screen has the two colours of that paint."""
    words = paints(program.app.palette)[paint].split()
    strips = program.app.screen._compositor.render_strips()
    styles = [segment.style for strip in strips for segment in strip if segment.text.strip()]
    return any(style is not None and str(style).endswith(f"{words[-3]} on {words[-1]}") for style in styles)


async def test_everything_on_the_screen_can_be_read_in_every_theme() -> None:
    async with live(connection(1), listener(2, 80), connection(3, State.TIME_WAIT, owners=())) as program:
        await program.look(connection(1, State.CLOSE_WAIT), connection(3, State.TIME_WAIT, owners=()), connection(4))
        unreadable = {}
        for name, typed in KEYS.items():
            await program.burst(typed)
            await program.advance(4 if name in PAINTED else 0)
            assert isinstance(program.app.screen, MainScreen) == (name in ON_THE_MAIN_SCREEN), name
            unreadable[name] = await _unreadable_in_any_theme(program)
            assert name not in PAINTED or _shows(program, PAINTED[name]), name
            await program.burst(ESC * 3)
        assert {name: themes for name, themes in unreadable.items() if themes} == {}


async def test_findings_can_be_read_in_the_pane_and_in_the_dialog_in_every_theme() -> None:
    async with live(connection(1)) as program:
        register, told = program.app.session.bench.register, list[tuple[Rule[object], Hit]]()
        for each in Severity:
            rule: Rule[object] = Rule(each.label, 1, "X", "process", "", each, "T1014", "", lambda _: None)
            told.append((rule, Hit("found")))
        register.put("process", About(CURL.identity, "curl"), told, 0.0)
        program.main.post_message(FindingsArrived())
        for _ in range(2):
            await program.press("enter")
            assert _shows(program, "suspicious")
            assert all(f" {each.label} " in program.text for each in Severity)
            assert await _unreadable_in_any_theme(program) == {}


async def test_every_dialog_can_be_read_with_the_mouse_over_it_too() -> None:
    async with live(connection(1)) as program:
        dialogs = (
            ColumnsScreen(Arrangement(), lambda _: None, lambda: 120),
            StatesScreen(Counter, frozenset(), lambda _: None),
            CopyScreen("Rows", "curl"),
            WhoisScreen(program.app.session, "192.0.2.1"),
        )
        for dialog in dialogs:
            await program.app.push_screen(dialog)
            await program.settled()
            await program.pilot.hover(offset=(40, 18))
            await program.settled()
            assert await _unreadable_in_any_theme(program) == {}
            if isinstance(dialog, WhoisScreen):
                dialog._show(WhoisAnswer("192.0.2.1", owner="Example", source="RDAP"))
                await program.settled()
                assert await _unreadable_in_any_theme(program) == {}
            await program.press("escape")


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("keys", [["ctrl+p"], ["s"]], ids=["with a prompt", "list alone"])
async def test_the_marked_line_of_a_list_stands_out(theme: str, keys: list[str]) -> None:
    async with live(connection(1), theme=theme) as program:
        await program.press(*keys, "down")
        options = program.app.screen.query_one(OptionList)
        looks = [{str(segment.style) for segment in options.render_line(y) if segment.text.strip()} for y in range(3)]
        assert looks[0] == looks[2] != looks[1]


@pytest.mark.parametrize("theme", NUMBERED)
def test_the_pairs_that_textual_is_told_can_be_read(theme: str) -> None:
    described = textual_theme(theme)
    told = described.to_color_system().generate() | described.variables
    pairs = [(name, name.replace("foreground", "background")) for name in told if name.endswith("-foreground")]
    pairs = [(one, other) for one, other in pairs if one.startswith(("block-cursor-f", "input-"))]
    pairs += [
        (name, f"scrollbar-background{name[9:]}") for name in ("scrollbar", "scrollbar-hover", "scrollbar-active")
    ]
    pairs += [("dialog-text", "surface"), ("accent", "surface"), ("foreground", "background"), ("error", "background")]
    assert len(pairs) == 10
    assert [pair for pair in pairs if _contrast(*(Color.parse(told[name]) for name in pair)) < 4.5] == []


@pytest.mark.parametrize("key", ["w", "k"])
async def test_buttons_can_be_read_with_the_mouse_over_them(key: str) -> None:
    async with live(connection(1)) as program:
        await program.press(key)
        for button in program.app.screen.query("Button"):
            await program.pilot.hover(button)
            await program.settled()
            assert await _unreadable_in_any_theme(program) == {}


@pytest.mark.parametrize("theme", PALETTES)
def test_what_stands_side_by_side_is_told_apart(theme: str) -> None:
    names = ("new", "changed", "closed", "suspicious", "row", "cursor", "selected", "pinned", "group", "dim")
    assert len({getattr(PALETTES[theme], name) for name in names}) == len(names)


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
