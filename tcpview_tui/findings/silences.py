"""What a person does not want to be told again: of one subject for this run, of one program or unit for good."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.files import read_content, replace_content
from tcpview_tui.findings.alone import alone
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.findings.finding import Finding, Subject

_LIMIT = 4 << 20
"""Bytes of the file: 20,000 silences."""


_Key = tuple[str, str | None, str | None]
"""A rule, a program and a unit."""


_WHATEVER_IT_RUNS = frozenset({"shell-on-socket", "shell-behind-connection"})
"""Rules about what a shell or an interpreter is used for: its hash is the same for every use of it."""


class Silence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule that is silent for good for the program with this SHA-256, or for this unit. `name` is for people."""

    rule: str
    program: str | None = None
    unit: str | None = None
    name: str = ""


class _File(msgspec.Struct, frozen=True):
    silences: tuple[Silence, ...] = ()


class Silences:
    """Those of this run, and those for good, which stand in a file that a person can read and edit."""

    def __init__(self, path: Path | None) -> None:
        """Without a `path` nothing is read or written."""
        self.problem: str | None = None
        """Why the file was not read or written, in a sentence."""
        self._path = path
        self._now: set[tuple[str, Subject]] = set()
        self._good: dict[_Key, Silence] = {}
        self._unwritten: set[_Key] = set()
        self._read()

    @property
    def lasting(self) -> tuple[Silence, ...]:
        """Those for good."""
        return tuple(self._good.values())

    def hides(self, finding: Finding) -> bool:
        """Return whether this is not to be told."""
        if (finding.rule, finding.subject) in self._now:
            return True
        program = finding.digest is not None and self._has((finding.rule, finding.digest, None))
        return program or (finding.unit is not None and self._has((finding.rule, None, finding.unit)))

    def _has(self, key: _Key) -> bool:
        return key in self._good or key in self._unwritten

    def hush(self, finding: Finding) -> None:
        """Be silent about this subject for this run."""
        self._now.add((finding.rule, finding.subject))

    def hush_program(self, finding: Finding) -> str | None:
        """Be silent for good about this program, whoever runs it; return why not, in a sentence."""
        if finding.rule in _WHATEVER_IT_RUNS:
            return "A shell or an interpreter runs whatever it is told: this can be silenced in this run only."
        if finding.digest is None:
            return "The hash of its program is not known, or tells not what it runs: silence it in this run only."
        return self._keep(Silence(finding.rule, finding.digest, None, finding.name))

    def hush_unit(self, finding: Finding) -> str | None:
        """Be silent for good about this unit, whatever it runs; return why not, in a sentence."""
        if finding.unit is None:
            return "It belongs to no unit that could be silenced."
        return self._keep(Silence(finding.rule, None, finding.unit, finding.name))

    def undo(self) -> bool:
        """Tell again what was silenced in this run; return whether there was anything."""
        had = bool(self._now or self._unwritten)
        self._now, self._unwritten = set(), set()
        return had

    def _keep(self, silence: Silence) -> str | None:
        """Be silent for good and write that down; if that fails, in this run only, and return why, in a sentence."""
        key = silence.rule, silence.program, silence.unit
        if self._path is None:
            self._good[key] = silence
        else:
            try:
                self._write(self._path, silence)
                self.problem = None
            except (OSError, ValueError) as error:
                if key not in self._good:
                    self._unwritten.add(key)
                self.problem = (
                    f"{safe(str(self._path))} is not changed, so this is silent in this run only: {_why(error)}."
                )
        return self.problem if self._path else None

    def _write(self, path: Path, silence: Silence) -> None:
        """Add it to what the file has by now: another program may have changed it. What is damaged stays as it is."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(path.parent):
            good = _load(path) | {(silence.rule, silence.program, silence.unit): silence}
            content = msgspec.json.format(msgspec.json.encode(_File(tuple(good.values())))) + b"\n"
            if len(content) > _LIMIT:
                raise ValueError(f"it would be longer than {_LIMIT} bytes; remove some")
            replace_content(path, content)
        self._good = good | self._good

    def _read(self) -> None:
        if self._path is not None:
            try:
                self._good = _load(self._path)
            except (OSError, ValueError) as error:
                self.problem = f"{safe(str(self._path))} is not read, so nothing of it is silent: {_why(error)}."


def _load(path: Path) -> dict[_Key, Silence]:
    """Return what stands in a file, nothing if there is none. Raises OSError, and ValueError for what is damaged."""
    try:
        told = msgspec.json.decode(read_content(path, _LIMIT), type=_File).silences
    except FileNotFoundError:
        return {}
    kept = (
        Silence(safe(each.rule), each.program and safe(each.program), each.unit and safe(each.unit), safe(each.name))
        for each in told
    )
    return {(each.rule, each.program, each.unit): each for each in kept}


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return "it is a link, and links are not followed"
    return safe(getattr(error, "strerror", None) or str(error), 200).rstrip(".")
