"""The time zone of what is shown: that of whoever looks, which may be another than that of the recorded machine."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tcpview_tui.text import LAST_LOCAL


def local_zone(epoch: float) -> str:
    """Return how far local times are from UTC at `epoch` (seconds UTC): ``+01:00``, or ``UTC``."""
    at = datetime.fromtimestamp(min(max(epoch, 0.0), LAST_LOCAL), UTC)
    return _spelled(at.astimezone().strftime("%z"))


def other_zone(recorded: str, epoch: float) -> str:
    """Return a sentence when the zone of a recording, as its facts name it, is another than the local one then."""
    told = re.search(r"[+-][0-9]{4}$", recorded)
    here, there = local_zone(epoch), _spelled(told[0]) if told else ""
    if there in {"", here}:
        return ""
    return f"Times are local ({here}); the machine that was recorded had {there}."


def _spelled(offset: str) -> str:
    """Return ``+01:00`` for the ``+0100`` of strftime(3)."""
    return "UTC" if int(offset) == 0 else f"{offset[:3]}:{offset[3:5]}"
