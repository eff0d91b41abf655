"""Programs that no package brought, or that are no longer as their package brought them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.sources.packages.answers import NotOwned, Owner

if TYPE_CHECKING:
    from tcpview_tui.sources.packages.provenance import Provenance

SYSTEM = ("/usr/", "/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/")
"""Where package managers alone put programs: hier(7)."""

LOCAL = ("/usr/local/", "/usr/src/")
"""What lies there is the machine's own: hier(7)."""


def is_of_packages(path: str) -> bool:
    """Whether a file lies where package managers alone put programs."""
    return path.startswith(SYSTEM) and not path.startswith(LOCAL)


def _unpackaged(evidence: Provenance) -> Answer:
    if isinstance(evidence.owner, Unread):
        return Unknown(evidence.owner.reason)
    if not isinstance(evidence.owner, NotOwned):
        return None
    if is_of_packages(evidence.executable):
        asked = ", ".join(evidence.owner.managers)
        against = "An installer that uses no package, or an image built by copying files, does this too."
        return Hit(f"no package owns {evidence.executable} (asked: {asked}), where only packages put programs", against)
    against = "Outside the directories of packages, programs installed by hand are normal, database servers among them."
    return Hit(f"no package owns {evidence.executable}", against, Severity.LOW)


def _altered(evidence: Provenance) -> Answer:
    if isinstance(evidence.owner, Unread):
        return Unknown(evidence.owner.reason)
    if not isinstance(evidence.owner, Owner) or evidence.intact is None or evidence.intact is True:
        return None
    if isinstance(evidence.intact, Unread):
        return Unknown(evidence.intact.reason)
    owner = evidence.owner
    algorithm = owner.checksum.algorithm.upper().replace("_", "-") if owner.checksum else "checksum"
    differs = f"its {algorithm} is not that of {owner.label}"
    against = "Prelinking and a local rebuild under the same name change it, too."
    return Hit(f"{evidence.executable} is not as its package brought it: {differs}", against)


UNPACKAGED: Rule[Provenance] = Rule(
    id="unpackaged",
    version=1,
    title="Program that no package owns",
    of="process",
    reads="the databases of dpkg, apk and rpm below the root of the process",
    severity=Severity.MEDIUM,
    technique="T1036.005",
    benign="Software installed by hand; it counts as low outside the directories that belong to packages.",
    check=_unpackaged,
)

ALTERED: Rule[Provenance] = Rule(
    id="altered-exe",
    version=1,
    title="Program unlike its package",
    of="process",
    reads="/proc/PID/exe and the checksums of dpkg, apk and rpm, for rows that are suspicious already or on demand",
    severity=Severity.HIGH,
    technique="T1554",
    benign="Prelinked programs; a rebuild put in the place of the packaged one.",
    check=_altered,
)
