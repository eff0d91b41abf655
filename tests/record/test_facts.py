"""What is true of a whole recording is declared, and goes with the events, but for what is true of one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcpview_tui.record.facts import FACTS, begun, lasting, sentence
from tcpview_tui.record.host import facts
from tcpview_tui.record.series import Part, Series
from tests.fakes import EPOCH, FakeClock


def test_every_fact_that_is_written_is_declared(tmp_path: Path) -> None:
    series = Series(tmp_path)
    written = dict(facts(FakeClock(), "fake", {"interval": 1})) | dict(series.facts(2, Part(1, tmp_path / "a", "c0")))
    series.close()
    others = {"excerpt", "imported_on", "imported_from"}
    assert [fact.name for fact in FACTS if fact.name not in others] == list(written)


def test_what_is_true_of_one_file_does_not_go_to_another() -> None:
    told = {fact.name: "x" for fact in FACTS} | {"of_a_later_program": "y"}
    kept = lasting(told)
    assert {"series", "part", "imported_from"}.isdisjoint(kept)
    assert {"host", "boot_id", "excerpt", "of_a_later_program"} <= set(kept)


def test_the_beginning_is_a_time_that_has_a_date_everywhere() -> None:
    assert begun({"started": "2026-01-01T00:00:00.000Z"}) == EPOCH
    for told in ({}, {"started": "soon"}, {"started": "9999-12-31T23:59:59Z"}, {"started": "0001-01-01T00:00:00"}):
        assert begun(told) is None


@pytest.mark.parametrize(("told", "said"), [({}, ""), ({"host": "a", "boot_id": "", "part": "2"}, "host a; part 2")])
def test_people_read_what_is_known(told: dict[str, str], said: str) -> None:
    assert sentence(told) == said
