"""Keys of services: where they are kept, and that nobody sees them."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LIMIT = 4096

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_EXPECTED = "a key is one line of letters, digits and signs"


class KeyTroubleError(Exception):
    """There is a key that is not used. The text is a sentence, and safe; it never holds the key."""


class Key:
    """A key that shows itself nowhere: not in `repr`, not when it is pickled or compared."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def __repr__(self) -> str:
        return "Key(…)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written anywhere")

    def header(self, name: str) -> dict[str, str]:
        """Return the header of a request that carries the key."""
        return {name: self._secret}


def find(variable: str, file: Path, environ: Mapping[str, str]) -> Key | None:
    """Return the key in an environment variable, else in a file; `None` when there is neither.

    KeyTroubleError when there is one that cannot be used: a file that others can read, or what is no key.
    """
    if environ.get(variable):
        return _key(environ[variable], f"The environment variable {variable}")
    try:
        handle = os.open(file, _FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyTroubleError(f"{_shown(file)} cannot be read: {safe(error.strerror or str(error), 100)}.") from None
    try:
        _check(os.fstat(handle), file)
        return _key(os.read(handle, _LIMIT).decode("ascii", "replace"), _shown(file))
    finally:
        os.close(handle)


def _check(status: os.stat_result, file: Path) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise KeyTroubleError(f"{_shown(file)} is no regular file, and a key is only read from one.")
    if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyTroubleError(f"{_shown(file)} is open to others, so the key in it is not used: give it mode 0600.")


def _key(text: str, where: str) -> Key:
    # Anything else could end the header and begin another one.
    if not re.fullmatch(r"[!-~]{1,512}", text.strip()):
        raise KeyTroubleError(f"{where} holds no key: {_EXPECTED}.")
    return Key(text.strip())


def _shown(file: Path) -> str:
    return safe(str(file), 200)
