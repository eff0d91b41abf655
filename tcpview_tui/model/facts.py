"""A fact with its label, and facts that belong together: what a person reads about one thing, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tcpview_tui.model.columns import Cut

UNKNOWN = "unknown"

Head = Literal["", "light", "grave"]
"""How a fact stands out that begins something of its own among the others of a section."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `quiet` says that `value` is the word for a missing one.

    In a pane it takes `lines` lines, whatever it says, and what does not fit is left out at `cut`. With `prose` it is a
    sentence, which breaks at spaces and takes fewer lines where it is shorter. One that is a `head` begins what the
    facts after it are about, up to the next one: its label says how much it matters.
    """

    label: str
    value: str
    quiet: bool = False
    lines: int = 1
    cut: Cut = "end"
    prose: bool = False
    head: Head = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Facts that belong together."""

    title: str
    facts: tuple[Fact, ...]


def fact(label: str, value: str | None, absent: str = UNKNOWN, lines: int = 1, cut: Cut = "end") -> Fact:
    """Return a fact whose value may be missing: then `absent` stands in its place."""
    return Fact(label, absent if value is None else value, value is None, lines, cut)
