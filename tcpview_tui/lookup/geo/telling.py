"""What people are told about the files that places come from: which, of when, and how far to trust them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.text import count, safe, utc_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tcpview_tui.lookup.geo.opening import Source

OLD_DAYS = 60
"""Days after which a file is called old: publishers renew theirs at least once a month."""

_DAY = 86_400.0


def told(sources: Sequence[Source], folders: Sequence[Path], now: float) -> Iterator[str]:
    """Return sentences about `sources` at `now` (seconds UTC), or about where to put one. The texts are safe."""
    if not sources:
        yield f"There is no database of addresses (.mmdb) in {', '.join(safe(str(each), 80) for each in folders)}."
        yield "GeoLite2, DB-IP Lite and IPinfo Lite are understood; the extra tcpview-tui[geo] brings countries along."
    for source in sources:
        yield f"{source.name} ({source.kind}) in {source.folder}: {_dated(source, now)}."
        if _is_old(source, now):
            yield f"{source.name} is old: addresses have changed hands since. Get a newer one."
        if source.is_estimate:
            yield f"{source.name}: its country is where its publisher thinks the address is used, not its registration."


def _dated(source: Source, now: float) -> str:
    if not source.built:
        return "it does not say of when"
    days = int((now - source.built) / _DAY)
    return f"of {utc_time(source.built)[:10]}" + (f", {count(days, 'day')} old" if days >= 0 else ", a day to come")


def _is_old(source: Source, now: float) -> bool:
    return source.built > 0 and now - source.built > OLD_DAYS * _DAY
