"""The file of a baseline: read, and changed so that two programs that write at once lose nothing."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, NamedTuple

import platformdirs

from tcpview_tui.config import APP_NAME
from tcpview_tui.files import read_content, replace_content
from tcpview_tui.findings.alone import PATIENCE, alone
from tcpview_tui.findings.baseline.baseline import Baseline
from tcpview_tui.findings.baseline.form import MeaningError, understood, written
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIMIT = 64 << 20
"""Bytes; half a million entries. A longer file was not written here."""


class Held(NamedTuple):
    """What a file held, and its status from before it was read."""

    path: Path
    status: os.stat_result
    baseline: Baseline


class BaselineError(Exception):
    """A sentence that names the file, the place in it and what was expected. It is safe to print."""

    def __init__(self, path: Path, clause: str) -> None:
        super().__init__(safe(f"{path}: {clause}."))


def default_path() -> Path:
    """Return the file that is used when none is named."""
    return platformdirs.user_data_path(APP_NAME, appauthor=False) / "baseline.json"


def load(path: Path) -> Baseline:
    """Return the baseline in a file. Raises `BaselineError`, also when there is none."""
    try:
        return understood(read_content(path, LIMIT))
    except MeaningError as error:
        raise BaselineError(path, str(error)) from error
    except (OSError, ValueError) as error:
        raise BaselineError(path, f"the file cannot be read: {_reason(error)}") from error


def hold(path: Path) -> Held:
    """Return what is in a file, for who reads it again only when it is another one. Raises as `load` does."""
    try:
        status = path.lstat()
    except (OSError, ValueError) as error:
        raise BaselineError(path, f"the file cannot be read: {_reason(error)}") from error
    return Held(path, status, load(path))


def change(path: Path, to: Callable[[Baseline], Baseline]) -> Baseline:
    """Write what `to` makes of the baseline in a file, an empty one if there is none; return it.

    It is written at once or not at all, with mode 0600. What stands in a damaged file stays. Raises `BaselineError`.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(path.parent):
            baseline = to(load(path) if os.path.lexists(path) else Baseline())
            content = written(baseline)
            if len(content) > LIMIT:
                raise BaselineError(path, f"it would be longer than {LIMIT} bytes; forget programs, or learn less")
            replace_content(path, content)
    except OSError as error:
        raise BaselineError(path, f"the file cannot be written: {_reason(error)}") from error
    return baseline


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        if error.errno == errno.ELOOP:
            return "it is a link, and links are not followed; name the file that it leads to"
        if error.errno in {errno.EWOULDBLOCK, errno.EAGAIN}:
            return f"another program has been writing in that folder for {PATIENCE:.0f} seconds; try again"
        return error.strerror or type(error).__name__
    return str(error)
