"""A process that was told to load a library of somebody's choice before its own."""

from __future__ import annotations

import re

from tcpview_tui.findings.evidence import Evidence, Unread
from tcpview_tui.findings.places import hidden, is_shared
from tcpview_tui.findings.programs import base, is_steady
from tcpview_tui.findings.rule import Answer, Hit, Rule, Severity, Unknown
from tcpview_tui.findings.rules.wording import contacted

_KNOWN = re.compile(
    r"lib(?:jemalloc|tcmalloc|mimalloc|hoard|snmalloc|eatmydata|fakeroot|fakechroot|fakeuid|faketime|gtk3-nocsd|stdbuf"
    r"|nss_wrapper|uid_wrapper|socket_wrapper|asan|tsan|ubsan|lsan|gomp|iomp5|hugetlbfs|vglfaker|dlfaker|mangohud"
    r"|MangoHud|gamemodeauto|SegFault|memusage|pcprofile|armmem|oneagentproc|snoopy)[-_.].*|gameoverlayrenderer\.so"
)
"""Allocators, sanitizers, wrappers of build and test tools, Steam and its companions, monitoring agents."""

_VARIABLES = "LD_PRELOAD", "LD_AUDIT"


def _check(evidence: Evidence) -> Answer:
    if isinstance(evidence.loader, Unread):
        return Unknown(evidence.loader.reason)
    for variable in _VARIABLES:
        libraries = [each for each in re.split(r"[\s:]+", evidence.loader.get(variable, "")) if each]
        if strange := [each for each in libraries if not _is_known(each)]:
            grave = any(is_shared(each) or hidden(each) for each in strange)
            return Hit(
                f"was started with {variable}={' '.join(strange)}{contacted(evidence)}",
                "Allocators, debuggers, wrappers of build tools and monitoring agents are loaded so.",
                Severity.HIGH if grave else None,
            )
    return None


def _is_known(library: str) -> bool:
    """Whether it is a well-known one, from where only the administrator puts libraries: a name proves nothing."""
    found = "/" not in library or library.startswith("$LIB/") or is_steady(library)
    return found and _KNOWN.fullmatch(base(library)) is not None


PRELOAD = Rule(
    id="preload",
    version=1,
    title="Library from the environment",
    of="process",
    reads="LD_PRELOAD and LD_AUDIT in /proc/PID/environ, as it was at the start",
    severity=Severity.MEDIUM,
    technique="T1574.006",
    benign="Allocators, sanitizers, wrappers of build tools, monitoring agents; the usual ones (jemalloc, tcmalloc, "
    "eatmydata, fakeroot, Steam) stay unmarked where the administrator installed them.",
    check=_check,
)
