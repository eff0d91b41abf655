"""How many files may be opened, in processes whose limits the tests set."""

from __future__ import annotations

import sys

import pytest

from tests.sources.net import linux, python

if sys.platform == "linux":
    import resource

    from tcpview_tui.sources import room

pytestmark = linux
COUNTS = """
import os, resource, sys
from tcpview_tui.sources import room
soft, hard = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
before = room.left()
room.widen()
wide = room.left()
files = [os.open("/dev/null", os.O_RDONLY) for _ in range(10)]
print(before, wide, room.left(), *resource.getrlimit(resource.RLIMIT_NOFILE), flush=True)
"""
FULL = """
import os, resource
from tcpview_tui.sources import room
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
try:
    while True:
        os.open("/dev/null", os.O_RDONLY)
except OSError:
    print(room.left(), flush=True)
"""


def test_the_soft_limit_is_raised_to_the_hard_one_and_a_reserve_is_kept() -> None:
    with python(COUNTS, "100", "300") as (_, numbers):
        before, wide, less, soft, hard = numbers
    assert (soft, hard) == (300, 300)
    assert wide == before + 200
    assert less == wide - 10
    assert 0 < before < 100 - room.RESERVE


def test_nothing_is_left_when_the_reserve_is_touched() -> None:
    with python(COUNTS, "30", str(room.RESERVE)) as (_, numbers):
        assert numbers[:3] == [0, 0, 0]


def test_without_a_single_file_nothing_is_left() -> None:
    with python(FULL) as (_, (left,)):
        assert left == 0


def test_a_limit_that_cannot_be_raised_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    room.widen()
    assert room.left() > 0
