"""The signs the program itself draws, in Unicode and in ASCII."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs. All are one terminal cell wide, except those of the spinner, which are alike among them,
    and `bars` are eight heights from nothing to full."""

    ascii: bool
    ellipsis: str
    cursor: str
    up: str
    down: str
    then_up: str
    then_down: str
    dot: str
    arrow: str
    left: str
    right: str
    folded: str
    unfolded: str
    selected: str
    pinned: str
    spinner: str
    busy: str
    incoming: str
    outgoing: str
    bars: str
    playing: str
    paused: str

    def plain(self, text: str) -> str:
        """Return foreign text as this terminal can show it: unchanged, or with escapes for what ASCII lacks."""
        return text.encode("ascii", "backslashreplace").decode() if self.ascii else text


UNICODE = Glyphs(
    False, "…", "›", "▲", "▼", "△", "▽", "·", "→", "‹", "›", "▸", "▾", "*", "•", "⠋⠙⠸⠴⠦⠇", "·", "↓", "↑", "▁▂▃▄▅▆▇█",
    "▶", "‖",
)  # fmt: skip
ASCII = Glyphs(
    True, "~", ">", "^", "v", "'", ",", "|", "->", "<", ">", ">", "v", "*", "#", "|/-\\", ".", "v", "^", " .:-=+*#",
    ">", "|",
)  # fmt: skip
