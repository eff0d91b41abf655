"""What speaks for or against the process of a row: its program, where that comes from, what it was started with."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.model.facts import Fact, Section, fact
from tcpview_tui.record.programs import LARGEST
from tcpview_tui.sources.packages.answers import NotOwned, Owner
from tcpview_tui.text import local_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tcpview_tui.findings.dossier import Dossier
    from tcpview_tui.findings.evidence import Executable, Reading
    from tcpview_tui.model.row import Row
    from tcpview_tui.sources.packages.provenance import Provenance

T = TypeVar("T")

_PORTS = 12
"""Ports that are listed; their number is told of more."""

_NOT_ASKED = Unread("not asked for")

_REASON = 3
"""Lines of a pane that a reason takes at most: it names the file that could not be read."""


def about_evidence(dossier: Dossier | None, held: Iterable[Row]) -> tuple[Section, ...]:
    """Return a section of what was read of the process of a row, or none when nobody has read of it.

    What could not be read has its line too, with the reason. `held` are all rows of the process.
    """
    if dossier is None:
        return ()
    facts = (*_of_program(dossier), _listens(held))
    return (Section(f"Evidence, read {local_time(dossier.at)}", facts),)


def about_nobody(unknown: str) -> Section:
    """Return the same section of a row whose process is `unknown`, with the reason: nothing of it could be read."""
    told = f"program, package and environment could not be checked: the process is {unknown}"
    return Section("Evidence", (Fact("Not checked", told, quiet=True, lines=_REASON, prose=True),))


def _of_program(dossier: Dossier) -> Iterator[Fact]:
    evidence = dossier.evidence
    program = evidence if isinstance(evidence, Unread) else evidence.executable
    if program is None:
        yield Fact("Program", "none: it is a thread of the kernel, or has just ended", quiet=True)
        return
    yield _digest(dossier.digest, program)
    yield _reading("Program", program, _standing)
    yield _reading("File caps", program if isinstance(program, Unread) else program.capabilities, _names)
    yield from _of_package(dossier.provenance, program)
    yield _reading("Environment", evidence if isinstance(evidence, Unread) else evidence.loader, _variables)


def _digest(digest: str | None, program: Reading[Executable]) -> Fact:
    if digest is None and isinstance(program, Unread):
        return _reading("SHA-256", program, str)
    return fact("SHA-256", digest, f"could not be read, or the program is larger than {LARGEST >> 20} MiB", lines=2)


def _names(capabilities: Iterable[str]) -> str:
    return ", ".join(capabilities) or "none"


def _standing(program: Executable) -> str:
    if not program.deleted:
        rights = not isinstance(program.file, Unread) and program.file.is_setuid
        return "at its path" + (", with the rights of its owner (setuid)" if rights else "")
    if program.present is None:
        return "deleted, and nothing is at its path"
    return "deleted, and another file is at its path"


def _of_package(provenance: Provenance | None, program: Reading[Executable]) -> Iterator[Fact]:
    if provenance is None:
        yield _reading("Package", program if isinstance(program, Unread) else _NOT_ASKED, str)
        return
    owner = provenance.owner
    if isinstance(owner, NotOwned):
        yield Fact("Package", f"none (asked: {', '.join(owner.managers)})")
        return
    yield _reading("Package", owner, _label)
    if isinstance(owner, Owner):
        yield _reading("As packaged", provenance.intact, _intact)


def _label(owner: Owner) -> str:
    return owner.label


def _intact(intact: bool | None) -> str:
    return "not compared yet" if intact is None else "yes, by its checksum" if intact else "no, its checksum differs"


def _variables(told: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in told.items()) or "no LD_PRELOAD, LD_AUDIT or LD_LIBRARY_PATH"


def _listens(held: Iterable[Row]) -> Fact:
    ports = sorted({row.connection.local.port for row in held if row.connection.is_listening and not row.is_closed})
    more = f" and {len(ports) - _PORTS} more" if len(ports) > _PORTS else ""
    told = ", ".join(map(str, ports[:_PORTS])) + more
    return fact("Listens on", told or None, "nothing")


def _reading(label: str, reading: Reading[T], text: Callable[[T], str]) -> Fact:
    if isinstance(reading, Unread):
        return Fact(label, reading.reason, quiet=True, lines=_REASON, prose=True)
    return Fact(label, text(reading))
