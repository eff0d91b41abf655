from __future__ import annotations

from pathlib import Path

import pytest

from tcpview_tui.sources.capabilities import CAP_NET_ADMIN, lacks
from tcpview_tui.sources.psutil_source import PsutilSource


@pytest.mark.parametrize(
    ("status", "lacking"),
    [
        ("Name:\tx\nCapPrm:\t000001ffffffffff\nCapEff:\t0000000000000000\n", True),
        ("CapEff:\t0000000000001000\n", False),
        ("CapEff:\t000001ffffffefff\n", True),
        ("CapEff:\n", False),
        ("CapEff:\tnone\n", False),
        ("Name:\tx\n", False),
        ("", False),
    ],
)
def test_the_effective_set_is_what_counts(status: str, lacking: bool, tmp_path: Path) -> None:
    file = tmp_path / "status"
    file.write_text(status)
    assert lacks(CAP_NET_ADMIN, file) is lacking


def test_where_the_system_does_not_tell_it_is_tried(tmp_path: Path) -> None:
    assert not lacks(CAP_NET_ADMIN, tmp_path / "none")


def test_psutil_never_can() -> None:
    assert "cannot close connections" in (PsutilSource().cannot_disconnect or "")
