"""What is true of a whole recording, each fact declared once: for the file, the first line of a stream, people."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from tcpview_tui.text import LAST_LOCAL

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fact(NamedTuple):
    """A fact: its name in the file and what it means; `title` is what people who get an export see it called.

    What `is_of_file` is true of one file, not of what it tells: it does not go with the events to another file.
    """

    name: str
    help: str
    title: str = ""
    is_of_file: bool = False


FACTS = (
    Fact("host", "name of the machine that was recorded"),
    Fact("boot_id", "number that its kernel drew when it started (random(4))", "Boot"),
    Fact("kernel", "its kernel", "Kernel"),
    Fact("program", "what has recorded, and its version", "Recorded by"),
    Fact("source", "where it had the sockets from: sockdiag or psutil", "Source"),
    Fact("user", "number of the user it ran as: 0 sees everything", "As user"),
    Fact(
        "options",
        "JSON: how it was started; with `filter`, what is not of it was left out; `findings`: rules were at work",
        "Options",
    ),
    Fact("time_zone", "name of the machine's time zone, and its distance from UTC"),
    Fact("started", "when the recording began, UTC"),
    Fact("monotonic", "the other clock at that moment, in seconds: the distance between the two clocks"),
    Fact("excerpt", "the part of a recording that was exported, when it was not all", "Part"),
    Fact("imported_on", "name of the machine where the file was made from a stream", "Imported on", is_of_file=True),
    Fact("imported_from", "name of that stream", "Imported from", is_of_file=True),
    Fact("series", "folder in which the recorder rotated its files", is_of_file=True),
    Fact("part", "number of the file among those", is_of_file=True),
    Fact("continues", "name of the file before", is_of_file=True),
    Fact("continues_seal", "last seal of that file", is_of_file=True),
)

_OF_FILE = frozenset(fact.name for fact in FACTS if fact.is_of_file)


def lasting(facts: Mapping[str, str]) -> dict[str, str]:
    """Return those that stay true in whatever file the events are."""
    return {name: value for name, value in facts.items() if name not in _OF_FILE}


def begun(facts: Mapping[str, str]) -> float | None:
    """Return when the recording began, in seconds UTC; `None` when they do not tell."""
    with suppress(ValueError, OverflowError):
        told = datetime.fromisoformat(facts.get("started", ""))
        at = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
        return at if 0 <= at <= LAST_LOCAL else None
    return None


def sentence(facts: Mapping[str, str]) -> str:
    """Return the known facts in one line, for people."""
    return "; ".join(f"{name} {value}" for name, value in facts.items() if value)
