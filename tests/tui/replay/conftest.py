"""What the tests of a replay share: a recording, and a zone for the times on the screen, which is UTC."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.replay.harness import film


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()  # also what the test has set: the zone is read only when that is done
    time.tzset()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return film(tmp_path / "a.tcpview")
