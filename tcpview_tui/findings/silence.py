"""What is silent for good: a rule for a program or a unit; and how that stands in a file."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.files import read_content, replace_content
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tcpview_tui.findings.finding import Finding

_LIMIT = 4 << 20
"""Bytes of the file: 20,000 silences."""

Key = tuple[str, str | None, str | None]
"""A rule, a program and a unit."""

_WHATEVER_IT_RUNS = frozenset({"shell-on-socket", "shell-behind-connection"})
"""Rules about what a shell or an interpreter is used for: its hash is the same for every use of it."""


class Silence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule that is silent for good for the program with this SHA-256, or for this unit. `name` is for people."""

    rule: str
    program: str | None = None
    unit: str | None = None
    name: str = ""

    @property
    def key(self) -> Key:
        """What it holds for: the rule, and the program or the unit."""
        return self.rule, self.program, self.unit


class _File(msgspec.Struct, frozen=True):
    silences: tuple[Silence, ...] = ()


def of_program(finding: Finding) -> Silence | str:
    """Return the silence for its program, whoever runs it; or why there can be none, in a sentence."""
    if finding.rule in _WHATEVER_IT_RUNS:
        return "A shell or an interpreter runs whatever it is told: this can be silenced in this run only."
    if finding.digest is None:
        return "The hash of its program is not known, or tells not what it runs: silence it in this run only."
    return Silence(finding.rule, finding.digest, None, finding.name)


def of_unit(finding: Finding) -> Silence | str:
    """Return the silence for its unit, whatever that runs; or why there can be none, in a sentence."""
    if finding.unit is None:
        return "It belongs to no unit that could be silenced."
    return Silence(finding.rule, None, finding.unit, finding.name)


def load(path: Path) -> dict[Key, Silence]:
    """Return what stands in a file, nothing if there is none. Raises OSError, and ValueError for what is damaged."""
    try:
        told = msgspec.json.decode(read_content(path, _LIMIT), type=_File).silences
    except FileNotFoundError:
        return {}
    except RecursionError as error:
        raise ValueError("it is nested deeper than what this program writes") from error
    kept = (
        Silence(safe(each.rule), each.program and safe(each.program), each.unit and safe(each.unit), safe(each.name))
        for each in told
    )
    return {each.key: each for each in kept}


def store(path: Path, silences: Iterable[Silence]) -> None:
    """Write a file at once or not at all. Raises OSError, and ValueError when it would be too long."""
    content = msgspec.json.format(msgspec.json.encode(_File(tuple(silences)))) + b"\n"
    if len(content) > _LIMIT:
        raise ValueError(f"it would be longer than {_LIMIT} bytes; remove some")
    replace_content(path, content)


def why(error: OSError | ValueError) -> str:
    """Return why a file was not read or written, as the end of a sentence; it is safe."""
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return "it is a link, and links are not followed"
    return safe(getattr(error, "strerror", None) or str(error), 200).rstrip(".")
