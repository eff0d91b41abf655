"""What the dialog of saved filters says of a name that is taken."""

from __future__ import annotations

import pytest

from tests.fakes import connection, listener
from tests.tui.harness import live

ALL = (connection(1), listener(10, 80))


@pytest.mark.parametrize("size", [(80, 24), (40, 12)], ids=str)
async def test_a_filter_that_gives_its_name_to_another_is_named(size: tuple[int, int]) -> None:
    async with live(*ALL, size=size) as program:
        await program.burst("/curl\rFnmine\r")
        assert "Replaced" not in program.text
        await program.burst("\r/is:listening\rFnmine\r")
        assert "Replaced: mine was curl" in program.text
        assert "[x] mine  is:listening" in program.text
        assert "closes" in program.text
        await program.burst(" ")
        assert "Replaced" not in program.text
