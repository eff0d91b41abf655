"""The themes, each declared once: what the table paints with and what Textual's widgets are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.theme import Theme

Paint = str
"""A style in Rich's words: ``[attribute] foreground on background``."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The paints of one theme. New, changed, closed and suspicious keep the colours TCPView and CurrPorts gave them.

    Every pair of a theme with numbers in it has a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3); the ANSI theme
    obeys the terminal's own sixteen colours, whose contrast only the terminal knows.
    """

    row: Paint
    quiet: Paint
    busy: Paint
    new: Paint
    changed: Paint
    closed: Paint
    suspicious: Paint
    cursor: Paint
    selected: Paint
    pinned: Paint
    dim: Paint
    group: Paint
    header: Paint
    status: Paint
    frozen: Paint
    hint: Paint
    key: Paint
    warning: Paint
    error: Paint
    dialog: Paint
    accent: str
    dark: bool = True
    ansi: bool = False


PALETTES: Mapping[str, Palette] = {
    "dark": Palette(
        row="#d6dae0 on #14171c",
        quiet="#8b939e on #14171c",
        busy="#a9cdec on #14171c",
        new="#06210c on #6fdd8b",
        changed="#241c00 on #f0d264",
        closed="#2b0503 on #ff8f85",
        suspicious="#2e0520 on #ff9ed2",
        cursor="bold #ffffff on #2c4a7c",
        selected="#ffffff on #5b3f8f",
        pinned="#e4e8ee on #262d38",
        dim="#7f8792 on #14171c",
        group="bold #e4e8ee on #1c2a36",
        header="bold #dfe6f0 on #2a313c",
        status="#dfe6f0 on #2a313c",
        frozen="bold #06202b on #6cd0f5",
        hint="#a9b1bd on #14171c",
        key="bold #8cc8ff on #14171c",
        warning="#f0d264 on #14171c",
        error="#ff9c93 on #14171c",
        dialog="#e4e8ee on #222831",
        accent="#8cc8ff",
    ),
    "tcpview": Palette(  # the colours of TCPView's own window: pure ones for rows, the greys of Windows around them
        row="#000000 on #ffffff",
        quiet="#5a5a5a on #ffffff",
        busy="#000080 on #ffffff",
        new="#000000 on #00ff00",
        changed="#000000 on #ffff00",
        closed="#000000 on #ff4040",
        suspicious="#000000 on #ff9ad5",
        cursor="bold #ffffff on #0a246a",
        selected="#000000 on #a6caf0",
        pinned="#000000 on #ece9d8",
        dim="#6e6e6e on #ffffff",
        group="bold #000000 on #d4d0c8",
        header="bold #000000 on #d4d0c8",
        status="#000000 on #d4d0c8",
        frozen="bold #ffffff on #00557f",
        hint="#404040 on #ffffff",
        key="bold #0000c0 on #ffffff",
        warning="#7a5200 on #ffffff",
        error="#a80000 on #ffffff",
        dialog="#000000 on #f0f0f0",
        accent="#0a246a",
        dark=False,
    ),
    "light": Palette(
        row="#1d2126 on #ffffff",
        quiet="#5f6772 on #ffffff",
        busy="#1d4a80 on #ffffff",
        new="#04240d on #b4ecc0",
        changed="#2b2200 on #f7e08a",
        closed="#3a0805 on #ffc0ba",
        suspicious="#3a0528 on #ffc8e6",
        cursor="bold #ffffff on #1f5fbf",
        selected="#1d0f3a on #d9ccf5",
        pinned="#1d2126 on #eceff3",
        dim="#6b737d on #ffffff",
        group="bold #12314f on #dceaf7",
        header="bold #1d2126 on #dfe3e8",
        status="#1d2126 on #dfe3e8",
        frozen="bold #ffffff on #0b5d85",
        hint="#4a525c on #ffffff",
        key="bold #0b4fa8 on #ffffff",
        warning="#7a5200 on #ffffff",
        error="#a3150b on #ffffff",
        dialog="#1d2126 on #f1f3f5",
        accent="#0b4fa8",
        dark=False,
    ),
    "colour-blind": Palette(  # blue, yellow, orange, purple after Okabe and Ito, "Color Universal Design" (2008)
        row="#d6dae0 on #14171c",
        quiet="#8b939e on #14171c",
        busy="#a3cbe6 on #14171c",
        new="#001824 on #56b4e9",
        changed="#241f00 on #f0e442",
        closed="#241200 on #e69f00",
        suspicious="#24101c on #dd96bd",
        cursor="bold #ffffff on #3f4a5c",
        selected="#ffffff on #6b5280",
        pinned="#e4e8ee on #262d38",
        dim="#7f8792 on #14171c",
        group="bold #e4e8ee on #1c2a36",
        header="bold #dfe6f0 on #2a313c",
        status="#dfe6f0 on #2a313c",
        frozen="bold #1c1c1c on #f2f2f2",
        hint="#a9b1bd on #14171c",
        key="bold #56b4e9 on #14171c",
        warning="#f0e442 on #14171c",
        error="#e69f00 on #14171c",
        dialog="#e4e8ee on #222831",
        accent="#56b4e9",
    ),
    "ansi": Palette(
        row="default on default",
        quiet="dim default on default",
        busy="cyan on default",
        new="black on green",
        changed="black on yellow",
        closed="black on red",
        suspicious="black on magenta",
        cursor="bold reverse default on default",
        selected="reverse default on default",
        pinned="bold default on default",
        dim="dim italic default on default",
        group="bold underline default on default",
        header="bold underline default on default",
        status="reverse default on default",
        frozen="bold black on cyan",
        hint="default on default",
        key="bold default on default",
        warning="yellow on default",
        error="red on default",
        dialog="default on default",
        accent="ansi_cyan",
        ansi=True,
    ),
}

AUTO = "auto"
THEME_NAMES = (AUTO, *PALETTES)


def paints(palette: Palette) -> dict[str, Paint]:
    """Return every paint of a palette by its name."""
    return {field.name: getattr(palette, field.name) for field in fields(palette) if field.type == "Paint"}


def choose(name: str, colours: int, no_color: bool) -> str:
    """Return the theme to use: `name`, or, when it is "auto", the one for a terminal with that many colours."""
    if name != AUTO:
        return name
    return "ansi" if no_color or colours <= 16 else "dark"


def textual_theme(name: str) -> Theme:
    """Return the theme in Textual's terms, for dialogs and inputs."""
    from textual.theme import Theme

    palette = PALETTES[name]
    foreground, background = _pair(palette.row, palette.ansi)
    text, surface = _pair(palette.dialog, palette.ansi)
    cursor_text, cursor = ("ansi_black", "ansi_white") if palette.ansi else _pair(palette.cursor, False)
    return Theme(
        name=f"tcpview-{name}",
        primary=palette.accent,
        secondary=palette.accent,
        accent=palette.accent,
        warning=_pair(palette.warning, palette.ansi)[0],
        error=_pair(palette.error, palette.ansi)[0],
        success=palette.accent,
        foreground=foreground,
        background=background,
        surface=surface,
        panel=surface,
        boost=surface,
        dark=palette.dark,
        ansi=palette.ansi,
        text_alpha=1.0,
        variables={
            "dialog-text": text,
            "block-cursor-foreground": cursor_text,
            "block-cursor-background": cursor,
            "input-cursor-foreground": cursor_text,
            "input-cursor-background": cursor,
            "input-selection-foreground": cursor_text,
            "input-selection-background": cursor,
            "border-blurred": palette.accent,
            **dict.fromkeys(("scrollbar", "scrollbar-hover", "scrollbar-active"), palette.accent),
            **dict.fromkeys(
                ("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active"), surface
            ),
        },
    )


def _pair(paint: Paint, ansi: bool) -> tuple[str, str]:
    words = paint.split()
    foreground, background = words[-3], words[-1]
    return (f"ansi_{foreground}", f"ansi_{background}") if ansi else (foreground, background)
