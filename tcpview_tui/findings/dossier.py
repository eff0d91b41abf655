"""The dossier of a process: what was read of it for the rules, for people who look at one of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Evidence, Reading
    from tcpview_tui.sources.packages.provenance import Provenance


class Dossier(NamedTuple):
    """What was read at the second `at` UTC. `provenance` is `None` for a thread of the kernel.

    `digest` is the SHA-256 of the program in hexadecimal digits, `None` as long as nobody has asked for it, or when it
    cannot be read.
    """

    at: float
    evidence: Reading[Evidence]
    provenance: Provenance | None
    digest: str | None
