"""Times as they stand in files: ISO 8601 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from tcpview_tui.text import LAST_DATE


@lru_cache(4096)
def timestamp(epoch: float) -> str:
    """Return `epoch` (seconds UTC) as ISO 8601 in UTC with milliseconds, ``2026-01-31T23:59:59.250Z``.

    What has no date is the nearest that has one.
    """
    at = datetime.fromtimestamp(min(max(epoch, 0.0), LAST_DATE), UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
