"""What is read of one process only when somebody looks at it: facts that change, or cost too much to read of all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from tcpview_tui.findings.dossier import Dossier

T = TypeVar("T")


class Absence(Enum):
    """Why a fact is missing, in the word that stands in its place."""

    REFUSED = "not permitted"
    GONE = "ended"
    UNTOLD = "not told by this system"
    SILENT = "no answer yet"
    UNRECORDED = "not recorded"


Answer: TypeAlias = T | Absence
"""A fact, or why there is none."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The facts of one process at one moment; texts have passed `text.safe`.

    `identity` is that of `model.process.Process`: facts of another process are never mixed in. `directory` is the
    working directory, `files` the number of open file descriptors (on Windows: handles), `memory` the resident set
    in bytes, `cpu` the seconds of processor time used so far, by the program and by the kernel for it.
    `dossier` is what the rules judge by, where they are at work.
    """

    identity: tuple[int, float | None]
    directory: Answer[str]
    status: Answer[str]
    threads: Answer[int]
    files: Answer[int]
    memory: Answer[int]
    cpu: Answer[float]
    dossier: Dossier | None = None

    @classmethod
    def without(cls, identity: tuple[int, float | None], absence: Absence) -> Inspection:
        """Return an inspection that found nothing, for one reason."""
        return cls(identity, absence, absence, absence, absence, absence, absence)
