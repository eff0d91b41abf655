"""From a finding about processes that tried much, the list goes to their rows, and to no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcpview_tui.findings.pair import program_of
from tcpview_tui.findings.party import Family
from tcpview_tui.findings.register import About
from tcpview_tui.findings.rule import Hit, Whom
from tests.fakes import CURL, NGINX
from tests.tui.judged import judged

ALONE = Whom(CURL.identity, "curl (4242)", (CURL.identity,))
TOGETHER = Whom(Family(program_of(CURL), "sh"), "curl (4242 and 812)", (CURL.identity, NGINX.identity))


@pytest.mark.parametrize(("whom", "owners"), [(ALONE, {CURL}), (TOGETHER, {CURL, NGINX})])
async def test_enter_goes_to_the_first_row_of_those_that_took_part(
    tmp_path: Path, whom: Whom, owners: set[object]
) -> None:
    async with judged(tmp_path) as here:
        for place in whom.places:
            here.put("activity", About(place, whom.name), scan=Hit("60 connections", whom=whom))
        await here.open()
        assert [line for line in here.listed if "Scan" in line] == [f"! medium {whom.name} Scan of addresses or ports"]
        await here.program.press("enter")
        session = here.program.app.session
        marked = [row for row in session.view.everything() if session.bench.register.of(row)]
        assert {row.owner for row in marked} == owners
        assert session.view.current in marked
