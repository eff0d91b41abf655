"""What speaks for or against the process of a row: its program, where that comes from, what it was started with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcpview_tui.findings.evidence import Evidence, Executable, Unread
from tcpview_tui.model.facts import Fact, Section, fact
from tcpview_tui.sources.packages.answers import NotOwned, Owner
from tcpview_tui.text import local_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tcpview_tui.findings.dossier import Dossier
    from tcpview_tui.findings.evidence import Reading
    from tcpview_tui.model.row import Row
    from tcpview_tui.sources.packages.provenance import Provenance

_PORTS = 12
"""Ports that are listed; their number is told of more."""


def about_evidence(dossier: Dossier | None, held: Iterable[Row]) -> tuple[Section, ...]:
    """Return a section of what was read of the process of a row, or none when nothing was.

    `held` are all rows of the process.
    """
    if dossier is None:
        return ()
    facts = (*_of_program(dossier), *_of_package(dossier.provenance), *_of_start(dossier.evidence), _listens(held))
    return (Section(f"Evidence, read {local_time(dossier.at)}", facts),)


def _of_program(dossier: Dossier) -> Iterator[Fact]:
    yield fact("SHA-256", dossier.digest, "not known (yet)", lines=2)
    evidence = dossier.evidence
    program: Reading[Executable | None] = evidence if isinstance(evidence, Unread) else evidence.executable
    if isinstance(program, Unread):
        yield Fact("Program", program.reason, quiet=True, lines=2)
    elif program is None:
        yield Fact("Program", "none: it is a thread of the kernel", quiet=True)
    else:
        yield Fact("Program", _standing(program))
        yield _reading("Capabilities", program.capabilities, lambda names: ", ".join(names) or "none")


def _standing(program: Executable) -> str:
    if not program.deleted:
        rights = not isinstance(program.file, Unread) and program.file.is_setuid
        return "at its path" + (", with the rights of its owner (setuid)" if rights else "")
    if program.present is None:
        return "deleted, and nothing is at its path"
    return "deleted, and another file is at its path"


def _of_package(provenance: Provenance | None) -> Iterator[Fact]:
    if provenance is None:
        return
    owner = provenance.owner
    if isinstance(owner, Owner):
        yield Fact("Package", owner.label)
        yield _reading("As packaged", provenance.intact, _intact)
    elif isinstance(owner, NotOwned):
        yield Fact("Package", f"none; asked were {', '.join(owner.managers)}")
    else:
        yield Fact("Package", owner.reason, quiet=True, lines=2)


def _intact(intact: bool | None) -> str:
    return "not compared yet" if intact is None else "yes, by its checksum" if intact else "no, its checksum differs"


def _of_start(evidence: Reading[Evidence]) -> Iterator[Fact]:
    if isinstance(evidence, Unread):
        return
    yield _reading("Loader", evidence.loader, _variables)


def _variables(told: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in told.items()) or "nothing set"


def _listens(held: Iterable[Row]) -> Fact:
    ports = sorted({row.connection.local.port for row in held if row.connection.is_listening and not row.is_closed})
    more = f" and {len(ports) - _PORTS} more" if len(ports) > _PORTS else ""
    told = ", ".join(map(str, ports[:_PORTS])) + more
    return fact("Listens on", told or None, "nothing")


def _reading(label: str, reading: Any, text: Any) -> Fact:
    if isinstance(reading, Unread):
        return Fact(label, reading.reason, quiet=True, lines=2)
    return Fact(label, text(reading))
