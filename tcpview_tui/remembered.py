"""What a person changed in the program, remembered from one start to the next in a file beside the configuration."""

from __future__ import annotations

import os
import stat
import tomllib
from itertools import count
from typing import TYPE_CHECKING

import msgspec

from tcpview_tui.files import read_content, replace_content
from tcpview_tui.meaning import NAME_LIMIT, STATE_BY_NAME, sifted
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from tcpview_tui.config import Settings

__all__ = [
    "FILE_LIMIT",
    "FILE_NAME",
    "NAME_LIMIT",
    "STATE_BY_NAME",
    "Memory",
    "Remembered",
    "SavedFilter",
    "load",
    "merged",
    "save",
]

FILE_NAME = "remembered.toml"

FILE_LIMIT = 65_536
"""Bytes; some hundred saved filters. A longer file was not written here."""

_TITLE = "# What was changed in tcpview-tui, written by it. Settings of your own belong into config.toml.\n"
_TOLD = 5


class SavedFilter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A filter with a name; of two with one name the later counts. Off, it is kept but filters nothing."""

    name: str
    expression: str
    on: bool = True


class Remembered(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the file holds; `None` and no filters mean that nothing is remembered.

    `sort` names columns, the most important first, with a minus when they are reversed. `hidden` holds ids of
    toggles, `states` names of `STATE_BY_NAME`, `group` the id of a grouping, empty for none. `columns` are ids in their
    order; a column that is not among them was not known when it was written. `widths` are cells by column.
    Whether names are looked up is not remembered: a look-up tells the other side that somebody is looking, and never
    starts by itself.
    """

    interval: float | None = None
    theme: str | None = None
    filter: str | None = None
    sort: tuple[str, ...] | None = None
    hidden: tuple[str, ...] | None = None
    states: tuple[str, ...] | None = None
    group: str | None = None
    keep_closed: bool | None = None
    details: bool | None = None
    columns: tuple[str, ...] | None = None
    columns_off: tuple[str, ...] | None = None
    widths: dict[str, int] | None = None
    filters: tuple[SavedFilter, ...] = ()


class Memory:
    """What was remembered when the program started, and the way to remember more; without a folder, neither.

    `problem` is a sentence when the file could not be read as it was.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self.remembered, self.problem = (Remembered(), None) if folder is None else load(folder)

    def keep(self, remembered: Remembered) -> str | None:
        """Write what differs from what this run has read or written last; return a sentence when that fails.

        Unchanged, the file is left as it is: another program that runs may have written to it.
        """
        if self._folder is None or remembered == self.remembered:
            return None
        problem = save(self._folder, remembered)
        if problem is None:
            self.remembered = remembered
        return problem


def merged(settings: Settings, remembered: Remembered, given: Collection[str]) -> Settings:
    """Return the settings with what is remembered in place of what the config file says, but for the names `given`."""
    names = [name for name in ("interval", "theme", "filter") if name not in given]
    known = {name: getattr(remembered, name) for name in names}
    return msgspec.structs.replace(settings, **{name: value for name, value in known.items() if value is not None})


def load(folder: Path) -> tuple[Remembered, str | None]:
    """Return what is remembered, and a sentence when that is not all the file says. Never raises.

    A file that cannot be read or understood is set aside under another name. A value that means nothing to this
    version is left out, and so is a key.
    """
    file = folder / FILE_NAME
    if not os.path.lexists(file):  # false, too, where one may not look (su, sudo -E)
        return Remembered(), None
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            raise ValueError("it is no regular file")
        values = tomllib.loads(read_content(file, FILE_LIMIT).decode("utf-8-sig"))
        found = msgspec.convert(values, Remembered)
    except (OSError, ValueError, RecursionError) as error:  # TOMLDecodeError and ValidationError are ValueErrors
        return Remembered(), _set_aside(file, error)
    remembered, dropped = sifted(_washed(found))
    dropped += [f"'{safe(name, NAME_LIMIT)}'" for name in values if name not in Remembered.__struct_fields__]
    return remembered, _told(file, dropped) if dropped else None


def save(folder: Path, remembered: Remembered) -> str | None:
    """Write what is to be remembered, at once or not at all; return a sentence when that fails. Never raises."""
    file = folder / FILE_NAME
    try:
        replace_content(file, _content(remembered))
    except (OSError, ValueError) as error:
        return safe(f"What was changed is not remembered: {_failed(file, 'written', error)}.")
    return None


def _content(remembered: Remembered) -> bytes:
    import tomli_w  # 6 ms, which a start need not pay

    content = (_TITLE + tomli_w.dumps(msgspec.to_builtins(remembered))).encode()
    if len(content) > FILE_LIMIT:
        raise ValueError(f"with {len(content)} bytes it would be longer than {FILE_LIMIT}; delete saved filters")
    return content


def _set_aside(file: Path, error: Exception) -> str:
    """Rename the file, over no other, and return what happened."""
    names = (f"remembered.damaged{f'-{number}' if number > 1 else ''}.toml" for number in count(1))
    aside = next(each for each in map(file.with_name, names) if not os.path.lexists(each))
    try:
        file.rename(aside)
    except OSError as refused:
        return safe(f"Nothing is remembered: {_failed(file, 'used', error)}, nor set aside ({_reason(refused)}).")
    return safe(f"Nothing is remembered: {FILE_NAME} is now {aside.name} ({_reason(error)}), in {file.parent}.")


def _failed(file: Path, done: str, error: Exception) -> str:
    return f"{file.name} in {file.parent} cannot be {done} ({_reason(error)})"


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


def _washed(found: Remembered) -> Remembered:
    """Return the same with texts that are safe to show. All others count only when they are known."""
    filters = (SavedFilter(safe(f.name, NAME_LIMIT), safe(f.expression, FILE_LIMIT), f.on) for f in found.filters)
    last = None if found.filter is None else safe(found.filter, FILE_LIMIT)
    return msgspec.structs.replace(found, filter=last, filters=tuple({f.name: f for f in filters}.values()))
