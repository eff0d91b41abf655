"""What a recorder is told to do: which connections, into what, for how long."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tcpview_tui.model.choices import plain
from tcpview_tui.output import Patient
from tcpview_tui.record.host import free_name
from tcpview_tui.record.programs import Programs
from tcpview_tui.record.recording import Recording
from tcpview_tui.record.relay import Relay
from tcpview_tui.record.rotation import Rotation
from tcpview_tui.record.series import Series
from tcpview_tui.record.sifting import PASSING
from tcpview_tui.record.sink import File, Lines, Sink
from tcpview_tui.text import safe
from tcpview_tui.usage import WrongUsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tcpview_tui.clock import Clock
    from tcpview_tui.model.query import Query

    Facts = Callable[[], Iterable[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Task:
    """What to record to: a file, a folder for one named after host and time, or ``-``, lines to the standard output.

    `form` is that of the lines, JSON by default; `duration` is seconds, `key` makes the seal an HMAC. With `rotate`,
    the texts that `Rotation` understands, there are many files, of which `keep` stay. `query` says what is recorded,
    with `names`, and with `findings` what was found, too.
    """

    output: Path | None = None
    form: str | None = None
    duration: float | None = None
    key: bytes | None = None
    query: Query | None = None
    rotate: tuple[str, ...] = ()
    keep: int | None = None
    names: bool = False
    findings: bool = False

    @property
    def is_stream(self) -> bool:
        """True when lines go to the standard output."""
        return str(self.output) == "-"

    @property
    def options(self) -> dict[str, object]:
        """What the recording says of how it was made, and of what was left out."""
        told = {
            "duration": self.duration,
            "keyed": self.key is not None,
            "filter": self.query and self.query.text,
            "rotate": self.rotate,
            "keep": self.keep,
            "names": self.names,
            "findings": self.findings,
        }
        return {name: value for name, value in told.items() if value}

    def check(self) -> None:
        """Raise `WrongUsageError` for what cannot be done."""
        if self.query is not None:
            _check_filter(self.query, self.names, self.findings)
        if self.is_stream and sys.stdout is None:
            raise WrongUsageError("-o -: the standard output is closed; name a file.")
        if self.form is not None and not self.is_stream:
            raise WrongUsageError(
                "--format is for lines on the standard output; add -o -, or leave it out and export the file."
            )
        if self.keep is not None and not self.rotate:
            raise WrongUsageError("--keep: there is one file without --rotate; add --rotate 1h, or leave --keep out.")
        if not self.rotate:
            return
        if self.is_stream:
            raise WrongUsageError("--rotate: the standard output is one stream; leave -o out, or name a folder.")
        if not _is_folder(self._place):
            raise WrongUsageError(f"-o {safe(str(self.output))}: --rotate needs a folder there, and none can be seen.")
        self._rotation()

    def sink(self, clock: Clock, facts: Facts) -> Sink:
        """Return what to write to; `facts` are those of every recording. Raises RecordingError."""
        if self.is_stream:
            return Lines(Patient(), self.form or "jsonl", dict(facts()), Programs().digest_of)
        programs = Programs()

        def begin(path: Path, more: Iterable[tuple[str, str]] = ()) -> Recording:
            return Recording(path, (*facts(), *more), clock, programs.digest_of, self.key)

        if self.rotate:
            return Relay(Series(self._place), self._rotation(), begin, clock, _tell, self.keep)
        path = free_name(self._place, clock) if _is_folder(self._place) else self._place
        return File(begin(path))

    @property
    def _place(self) -> Path:
        return self.output or Path()

    def _rotation(self) -> Rotation:
        for text in self.rotate:
            try:
                Rotation.of([text])
            except ValueError as error:
                raise WrongUsageError(f"--rotate {safe(text)}: {error}.") from error
        return Rotation.of(self.rotate)


def _is_folder(path: Path) -> bool:
    """Return whether a folder is there that one may look at. Nothing is raised: to make a file there tells why not."""
    return os.path.isdir(path)  # noqa: PTH112 - `Path.is_dir` raises where one may not look (EACCES, ENAMETOOLONG)


def _check_filter(query: Query, names: bool, findings: bool) -> None:
    passing = [term for term in query.compares if plain(term) in PASSING]
    if passing:
        raise WrongUsageError(
            f"{safe(', '.join(passing))}: what is so for a moment only says nothing about what is recorded until it "
            "closes. Leave it out, or write age<60 for what opens from now on."
        )
    if query.asks_baseline:
        raise WrongUsageError(
            "is:new-to-baseline: the live table and list tell that, a recorder does not; with --findings write "
            "finding:new-program or finding:new-listener or finding:first-contact."
        )
    if query.judged and not findings:
        raise WrongUsageError(f"{safe(', '.join(query.judged))}: nothing is judged without --findings; add it.")
    if query.named and not names:
        terms = ", ".join(query.named)
        raise WrongUsageError(f"{terms}: names are looked up with --names only; add it, or write an address.")


def _tell(sentence: str) -> None:
    click.echo(safe(sentence), err=True)
