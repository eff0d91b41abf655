"""What asking for the package of a program takes on this machine: `python -m tests.benchmarks.packages`."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from tcpview_tui.sources.packages.answers import Owner
from tcpview_tui.sources.packages.digest import Digests
from tcpview_tui.sources.packages.owner import Packages
from tests.benchmarks.report import Figure, measured, show

ROOT = Path("/")


def figures(programs: list[str]) -> list[Figure]:
    packages, digests = Packages(), Digests()
    with measured() as first:
        answers = {program: packages.owner(ROOT, program) for program in programs}
    with measured() as again:
        for program in programs:
            packages.owner(ROOT, program)
    owned = {program: answer for program, answer in answers.items() if isinstance(answer, Owner)}
    with measured() as compared:
        agreed = [digests.agrees(owner, ROOT, program, Path(program)) for program, owner in owned.items()]
    tracemalloc.start()
    Packages().owner(ROOT, f"{programs[0]}.none")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return [
        Figure("programs asked for", len(programs), ""),
        Figure("  with a package", len(owned), ""),
        Figure("  that agree with it", agreed.count(True), ""),
        Figure("a first question (processor)", first.cpu / len(programs), "ms"),
        Figure("a question that was asked before", again.cpu / len(programs), "ms", per=first.cpu / len(programs)),
        Figure("comparing one program", compared.wall / max(len(owned), 1), "ms"),
        Figure("memory for a question, at most", peak / 1e6, "MB"),
    ]


if __name__ == "__main__":
    folder = Path("/usr/bin")
    found = sorted(str(file) for file in folder.iterdir() if file.is_file() and not file.is_symlink())
    show("Packages", figures(found[:: max(len(found) // 60, 1)]))
