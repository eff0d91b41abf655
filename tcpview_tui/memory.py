"""The file of what is remembered, beside the configuration: read, kept up to date, and set aside when it is damaged."""

from __future__ import annotations

import os
import stat
import threading
import tomllib
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from tcpview_tui.changes import applied
from tcpview_tui.files import read_content, replace_content
from tcpview_tui.remembered import Remembered, understood
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.changes import Changes

FILE_NAME = "remembered.toml"

FILE_LIMIT = 65_536
"""Bytes; some hundred saved filters. A longer file was not written here."""

_TITLE = """\
# What was changed in tcpview-tui, written by it. Settings of your own belong into config.toml.
# What stands here wins over config.toml until its line is deleted.
"""
_TOLD = 5


class UnusableError(Exception):
    """The file stays as it is. It says why in a clause that names the file and is safe to show."""

    def __init__(self, clause: str) -> None:
        super().__init__(safe(clause))


class Memory:
    """What was remembered when the program started, and the way to remember more; without a folder, neither.

    `problem` is a sentence when the file could not be read as it was. If it could not be read at all, it may be
    healthy, and this run writes nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.remembered, self.problem = Remembered(), None
        self._folder = folder
        self._noted: list[Changes] = []
        self._writing = threading.Lock()
        try:
            if folder is not None:
                self.remembered, self.problem = load(folder)
        except UnusableError as error:
            self._folder = None
            self.problem = f"Nothing is remembered, and nothing of this run will be: {error}."

    def note(self, changes: Changes) -> None:
        """Take in what the next `keep` has to write. Never waits."""
        if self._folder is not None and changes:
            self._noted.append(changes)

    def keep(self) -> str | None:
        """Write all that was noted into what the file says now; return a sentence when there is something to tell.

        What could not be written is tried again by the next call. May be called in any thread: one writes at a time.
        """
        with self._writing:
            noted = self._noted[:]
            if self._folder is None or not noted:
                return None
            try:
                remembered, problem = load(self._folder)
                for changes in noted:
                    remembered = applied(remembered, changes)
                save(self._folder, remembered)
            except UnusableError as error:
                return f"What was changed is not remembered: {error}."
            del self._noted[: len(noted)]
            return problem if problem != self.problem else None


def load(folder: Path) -> tuple[Remembered, str | None]:
    """Return what is remembered, and a sentence when that is not all the file says.

    A damaged file is set aside under another name. A value that means nothing to this version is left out, and so is
    a key. Raises `UnusableError` for a file that cannot be read, or is damaged and cannot be set aside.
    """
    file = folder / FILE_NAME
    try:
        remembered, dropped = understood(_values(file))
    except (FileNotFoundError, NotADirectoryError):
        return Remembered(), None
    except OSError as error:
        raise UnusableError(f"{FILE_NAME} in {folder} cannot be read ({_reason(error)})") from error
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and ValidationError are ValueErrors
        return Remembered(), _set_aside(file, error)
    return remembered, _told(file, dropped) if dropped else None


def save(folder: Path, remembered: Remembered) -> None:
    """Write what is to be remembered, at once or not at all. Raises `UnusableError`."""
    try:
        replace_content(folder / FILE_NAME, _content(remembered))
    except (OSError, ValueError) as error:
        raise UnusableError(f"{FILE_NAME} in {folder} cannot be written ({_reason(error)})") from error


def _values(file: Path) -> dict[str, Any]:
    if not stat.S_ISREG(file.lstat().st_mode):
        raise ValueError("it is no regular file")
    return tomllib.loads(read_content(file, FILE_LIMIT).decode("utf-8-sig"))


def _content(remembered: Remembered) -> bytes:
    import tomli_w  # 6 ms, which a start need not pay

    content = (_TITLE + tomli_w.dumps(msgspec.to_builtins(remembered))).encode()
    if len(content) > FILE_LIMIT:
        raise ValueError(f"with {len(content)} bytes it would be longer than {FILE_LIMIT}; delete saved filters")
    return content


def _set_aside(file: Path, damage: Exception) -> str:
    """Rename the file, over no other, and return what happened. Raises `UnusableError`."""
    names = (f"remembered.damaged{f'-{number}' if number > 1 else ''}.toml" for number in count(1))
    aside = next(each for each in map(file.with_name, names) if not os.path.lexists(each))
    try:
        file.rename(aside)
    except OSError as error:
        clause = f"is damaged ({_reason(damage)}) and cannot be set aside ({_reason(error)})"
        raise UnusableError(f"{FILE_NAME} in {file.parent} {clause}") from error
    return safe(f"Nothing is remembered: {FILE_NAME} is now {aside.name} ({_reason(damage)}), in {file.parent}.")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    if isinstance(error, tomllib.TOMLDecodeError):
        return f"not TOML: {error}"
    return str(error).replace("`", "")


def _told(file: Path, dropped: list[str]) -> str:
    more = f" and {len(dropped) - _TOLD} more" if len(dropped) > _TOLD else ""
    return safe(f"Not remembered, because it means nothing: {', '.join(dropped[:_TOLD])}{more}, in {file}.")
