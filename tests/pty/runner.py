"""The real command line with a machine that a test makes up: `python -m tests.pty.runner MACHINE [options]`.

MACHINE is a file with a JSON list of `Line`s; it is read anew at each look. Beside it, MACHINE.looks grows by one
byte at the start of each look, so that a test can tell that the program has taken in the look before.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tcpview_tui import cli
from tcpview_tui.model.connection import Connection, State
from tcpview_tui.model.process import Process
from tcpview_tui.model.snapshot import Snapshot
from tcpview_tui.sources import base
from tests.fakes import NGINX, FakeSource, connection


class Line(NamedTuple):
    """One connection of the made-up machine. A `pid` of 0 stands for a row that no widget can draw."""

    key: int
    state: str = "ESTABLISHED"
    port: int = 50000
    remote: str = "93.184.216.34"
    pid: int = 812


class Machine:
    """The test's end: what the program will see at its next look."""

    def __init__(self, folder: Path, *lines: Line) -> None:
        self.file = folder / "machine.json"
        self._looks = folder / "machine.json.looks"
        self._looks.touch()
        self.show(*lines)

    def show(self, *lines: Line) -> None:
        """Let the program see these connections from its next look on."""
        draft = self.file.with_suffix(".draft")
        draft.write_text(json.dumps(lines))
        draft.replace(self.file)

    @property
    def looks(self) -> int:
        """How many looks have begun. When `n + 1` have, the first `n` are taken in: the feed waits for that."""
        return self._looks.stat().st_size

    @property
    def argv(self) -> tuple[str, ...]:
        """What starts the program on this machine."""
        return sys.executable, "-m", "tests.pty.runner", str(self.file)


class _FileSource(FakeSource):
    name = "file"

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._known: dict[Line, Connection] = {}

    def read(self) -> base.Reading:
        with Path(f"{self._file}.looks").open("ab", buffering=0) as looks:
            looks.write(b".")
        lines = [Line(*line) for line in json.loads(self._file.read_text())]
        self._known = {line: self._known.get(line) or _connection(line) for line in lines}
        return base.Reading({c.key: c for c in self._known.values()})


def _connection(line: Line) -> Connection:
    owner = NGINX if line.pid == NGINX.pid else Process(line.pid, 100.0, f"worker-{line.pid}", "alice")
    owners: Any = (owner,) if line.pid else ("neither a process nor unknown",)
    return connection(line.key, State(line.state), ("10.0.0.5", line.port), (line.remote, 443), owners)


def main() -> None:
    """Put the made-up machine in the place of whatever source the command line chooses."""
    source = _FileSource(Path(sys.argv.pop(1)))
    look = base.Sampler._look

    def sample(self: base.Sampler) -> Snapshot:
        self.source = source
        return look(self)

    base.Sampler._look = sample  # type: ignore[method-assign]
    cli.main()


if __name__ == "__main__":
    main()
