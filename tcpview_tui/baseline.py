"""``tcpview-tui baseline``: learn what is normal, show it, forget it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from fnmatch import fnmatchcase
from functools import reduce
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from tcpview_tui.exits import FAILED
from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.days import Spans, anywhere, spelled, total
from tcpview_tui.findings.baseline.file import BaselineError, change, load
from tcpview_tui.findings.baseline.form import written
from tcpview_tui.findings.baseline.recorded import learned
from tcpview_tui.findings.baseline.told import told
from tcpview_tui.glance import glance
from tcpview_tui.judging.digests import Digests
from tcpview_tui.model.query import parse
from tcpview_tui.output import put
from tcpview_tui.record.host import host_name
from tcpview_tui.record.reader import Reader, unreadable
from tcpview_tui.text import count, safe
from tcpview_tui.transfer.progress import Progress, onlooker

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.clock import Clock
    from tcpview_tui.findings.baseline.traits import Networks, Program
    from tcpview_tui.sources.base import Sampler

_POISON = "What an intruder did on these days counts as normal from now on; baseline show has at the top what was rare."


def learn(files: Sequence[Path], output: Path, sampler: Callable[[], Sampler], clock: Clock, networks: Networks) -> int:
    """Learn recordings and other baselines, or what is there now, into a file; return the exit status.

    All of it is learned, or nothing.
    """
    try:
        lessons = [_read(file, networks, clock) for file in files] or [_look(sampler, clock, networks)]
        lesson = reduce(Baseline.joined, lessons)
        baseline = change(output, lambda before: before.joined(lesson))
    except (_UnlearnedError, BaselineError) as error:
        return _failed(f"Nothing was learned. {error}")
    days = anywhere(lesson.learned)
    click.echo(
        f"Learned {count(len(lesson.programs), 'program')} from {count(len(lesson.learned), 'host')}, "
        f"{count(total(days), 'day')}: {spelled(days)}. {safe(str(output))} knows "
        f"{count(len(baseline.programs), 'program')}."
    )
    click.echo(_POISON, err=True)
    return 0


def show(path: Path, form: str, clock: Clock) -> int:
    """Print a baseline as a ``table`` or as ``json``, and return the exit status."""
    try:
        baseline = load(path)
    except BaselineError as error:
        return _failed(str(error))
    return put(written(baseline).decode() if form == "json" else "\n".join(told(baseline, clock.wall())) + "\n")


def forget(path: Path, programs: Sequence[str], days: Spans) -> int:
    """Remove programs, or else what was learned on some days, from a baseline; return the exit status.

    A program is named by its path, its name, or a pattern of paths, ``/opt/*``.
    """

    def without(baseline: Baseline) -> Baseline:
        named = [program for program in baseline.programs if any(_is_named(program, text) for text in programs)]
        return reduce(lambda left, run: left.without_days(*run), days, baseline.without(named))

    try:
        before = load(path)
        after = change(path, without)
    except BaselineError as error:
        return _failed(f"Nothing was forgotten. {error}")
    if after == before:
        return _failed("Nothing was forgotten: the baseline knows none of that.")
    gone = len(before.programs) - len(after.programs)
    also = f", and what was seen on no other days than {spelled(days)}" if days else ""
    click.echo(f"Forgotten: {count(gone, 'program')} of {len(before.programs)}{also}.")
    return 0


def forget_all(path: Path) -> int:
    """Delete the file of a baseline, and return the exit status."""
    try:
        load(path)
        path.unlink()
    except BaselineError as error:
        return _failed(f"Nothing was forgotten. {error}")
    except OSError as error:
        return _failed(safe(f"Nothing was forgotten. {path} cannot be deleted: {error.strerror}."))
    click.echo(safe(f"Forgotten: all of it. {path} is deleted."))
    return 0


class _UnlearnedError(Exception):
    """A sentence that is safe to print."""


def _read(path: Path, networks: Networks, clock: Clock) -> Baseline:
    """Return what a file teaches. Raises `_UnlearnedError` or `BaselineError`."""
    progress = Progress(clock, onlooker(writes_to_stdout=False))
    try:
        if _is_text(path):
            return load(path)
        with closing(Reader(path)) as reader:
            return learned(reader, networks, lambda done, last: progress.tell(done, done / last if last else None))
    except OSError as error:
        raise _UnlearnedError(unreadable(path, error)) from error
    finally:
        progress.close()


def _is_text(path: Path) -> bool:
    """Return whether a file begins like a baseline, and so not like a recording."""
    if not path.is_file():  # a pipe would be waited for
        return False
    with path.open("rb") as file:
        return file.read(1) == b"{"


def _look(sampler: Callable[[], Sampler], clock: Clock, networks: Networks) -> Baseline:
    baseline = Baseline()
    with closing(sampler()) as looking:
        seen = glance(parse(""), looking, clock)
    if seen.failure:
        raise _UnlearnedError(seen.failure)
    for sentence in seen.unseen:
        click.echo(sentence, err=True)
    digest_of = Digests().of_purpose
    baseline.learn(seen.rows, seen.context, host_name(), clock.wall(), networks, digest_of=digest_of)
    return baseline


def _is_named(program: Program, text: str) -> bool:
    return text in {program.path, program.label, PurePath(program.path).name} or fnmatchcase(program.path, text)


def _failed(sentence: str) -> int:
    click.echo(sentence, err=True)
    return FAILED
