"""Whether the file that a recording continues is beside it, and ends with the seal that it had then."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from tcpview_tui.record.series import content
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from pathlib import Path


def break_before(path: Path) -> str | None:
    """Return a sentence when the chain of seals does not reach back into the file before; `None` when it does.

    A recording that continues none has no such file. Whether either is intact, `verify` tells.
    """
    try:
        facts, _ = content(path)
    except (OSError, sqlite3.Error, ValueError, TypeError):
        return None
    before = facts.get("continues")
    if before is None:
        return None
    name, digest = safe(before), safe(facts.get("continues_seal", ""))
    try:
        _, last = content(path.with_name(before))
    except (OSError, sqlite3.Error, ValueError, TypeError):
        return f"It continues {name}, which is not beside it; the last seal of that was {digest}."
    if last == digest:
        return None
    return f"It continues {name}, which ended with the seal {digest} then, and ends with another now."
