"""The clipboard of the terminal, over SSH too: OSC 52 (xterm's ctlseqs, Operating System Commands, Ps = 5 2).

No terminal answers whether it took the text, so nobody can be told more than that it was sent.
"""

from __future__ import annotations

import os
from base64 import b64encode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT = 74_994
"""Bytes of text that terminals take at once: a sequence of at most 100,000 bytes (hterm, etc/osc52.sh), 8 of them
around it, the rest base64."""

_SCREEN_LIMIT = 764
"""Bytes of one string that GNU screen passes on: it takes 768 since 4.2.1 (screen.h, MAXSTR), 4 of them around it."""

_OPEN, _CLOSE = "\x1bP", "\x1b\\"


class TooLongError(ValueError):
    """A sentence that says how much goes, and what to do."""


def sequence(text: str, environ: Mapping[str, str]) -> str:
    """Return what makes the terminal take `text` to its clipboard. Raises `TooLongError` beyond `LIMIT` bytes.

    tmux takes it itself with ``set-clipboard on`` and passes it on with ``allow-passthrough on`` (tmux(1)); it is sent
    in both ways, since nobody can ask. GNU screen passes it on in pieces, and writes a longer one on the screen.
    """
    content = text.encode("utf-8", "backslashreplace")
    if len(content) > LIMIT:
        raise TooLongError(f"That is more than a terminal takes at once ({LIMIT:,} bytes). Save it to a file instead.")
    plain = f"\x1b]52;c;{b64encode(content).decode()}\x07"
    if _is_tmux(environ):
        doubled = plain.replace("\x1b", "\x1b\x1b")
        return f"{plain}{_OPEN}tmux;{doubled}{_CLOSE}"
    if environ.get("STY"):
        return _in_pieces(plain)
    if environ.get("TERM", "").startswith("screen"):  # after sudo, tmux and GNU screen look alike
        return _in_pieces(plain) + (plain if len(plain) <= _SCREEN_LIMIT else "")
    return plain


def advice(environ: Mapping[str, str]) -> str:
    """Return what the multiplexer needs before it passes a copy on; empty without one that needs something."""
    return "tmux passes copies on after: tmux set -s set-clipboard on" if _is_tmux(environ) else ""


def copy(app: Any, text: str) -> None:
    """Send `text` to the clipboard of the app's terminal, as Textual sends its own. Raises `TooLongError`."""
    told = sequence(text, os.environ)
    if app._driver is not None:
        app._driver.write(told)


def _is_tmux(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("TMUX")) or environ.get("TERM", "").startswith("tmux")


def _in_pieces(plain: str) -> str:
    starts = range(0, len(plain), _SCREEN_LIMIT)
    return "".join(f"{_OPEN}{plain[start : start + _SCREEN_LIMIT]}{_CLOSE}" for start in starts)
