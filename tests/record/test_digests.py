"""What a recording tells of programs."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tcpview_tui.record.digests import recorded
from tcpview_tui.record.event import Opened
from tcpview_tui.record.reader import Reader
from tests.record.streams import CALL, CURL, HERE
from tests.record.tapes import DIGEST, everything, taped


def test_it_knows_the_programs_that_were_read(tmp_path: Path) -> None:
    with closing(Reader(everything(tmp_path))) as reader:
        digest_of = recorded(reader)
    assert digest_of(CURL) == DIGEST
    assert digest_of(replace(CURL, pid=1)) is None
    assert digest_of(replace(CURL, executable="/tmp/curl")) is None


def test_a_process_that_came_to_run_another_program_has_both(tmp_path: Path) -> None:
    shell = replace(CURL, name="sh", executable="/bin/sh")
    history = [Opened(HERE, replace(CALL, key=1, owners=(shell,))), Opened(HERE, replace(CALL, key=2, owners=(CURL,)))]
    path = taped(tmp_path / "a.tcpview", history, {shell: "5" * 64, CURL: DIGEST}.get)
    with closing(Reader(path)) as reader:
        digest_of = recorded(reader)
    assert (digest_of(shell), digest_of(CURL)) == ("5" * 64, DIGEST)
