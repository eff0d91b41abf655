"""Who judges in a run, as the settings say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import platformdirs

from tcpview_tui.config import APP_NAME
from tcpview_tui.judging.bench import Bench
from tcpview_tui.usage import WrongUsageError, check_geo

if TYPE_CHECKING:
    from tcpview_tui.clock import Clock
    from tcpview_tui.config import Settings
    from tcpview_tui.findings.baseline.file import Held

B = TypeVar("B", bound=Bench)


def seated(settings: Settings, clock: Clock, kind: type[B]) -> B:
    """Return a bench of that kind, with this user's lists and silences, and the baseline and databases of `settings`.

    Raises `WrongUsageError` for a baseline or a folder of databases that was named and cannot be read.
    """
    check_geo(settings)
    baseline = _baseline(Path(settings.baseline)) if settings.baseline else None
    return kind(clock, platformdirs.user_data_path(APP_NAME, appauthor=False), baseline, settings.geo)


def _baseline(path: Path) -> Held:
    from tcpview_tui.findings.baseline.file import BaselineError, hold

    try:
        return hold(path)
    except BaselineError as error:
        raise WrongUsageError(f"--baseline: {error}") from error
