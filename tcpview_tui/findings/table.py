"""The table of all rules, by what they judge by: judge, findings list, filter help and README are made from this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcpview_tui.findings.rules import novelty
from tcpview_tui.findings.rules.beacon import BEACON
from tcpview_tui.findings.rules.burst import BRUTE_FORCE, FAILING, SCAN
from tcpview_tui.findings.rules.deleted import DELETED_EXE
from tcpview_tui.findings.rules.hidden import HIDDEN_PROCESS, HIDDEN_SOCKET
from tcpview_tui.findings.rules.interpreter import SHELL_ON_SOCKET
from tcpview_tui.findings.rules.kernel_name import FAKE_KERNEL_THREAD
from tcpview_tui.findings.rules.lasting import LONG, UPLOAD
from tcpview_tui.findings.rules.ld_preload import LD_SO_PRELOAD
from tcpview_tui.findings.rules.memfd import MEMFD_EXE
from tcpview_tui.findings.rules.name import NAME_MISMATCH
from tcpview_tui.findings.rules.ownerless import OWNERLESS
from tcpview_tui.findings.rules.package import ALTERED, UNPACKAGED
from tcpview_tui.findings.rules.places import EXE_PLACE
from tcpview_tui.findings.rules.preload import PRELOAD
from tcpview_tui.findings.rules.reputation import ADDRESS, PROGRAM
from tcpview_tui.findings.rules.shell import SHELL_BEHIND_CONNECTION
from tcpview_tui.findings.rules.sniffer import SNIFFER

if TYPE_CHECKING:
    from tcpview_tui.findings.rule import Rule

OF_EVIDENCE = (
    DELETED_EXE,
    MEMFD_EXE,
    EXE_PLACE,
    FAKE_KERNEL_THREAD,
    NAME_MISMATCH,
    SHELL_ON_SOCKET,
    SHELL_BEHIND_CONNECTION,
    PRELOAD,
)
"""By `findings.evidence.Evidence`."""

OF_PROVENANCE = (UNPACKAGED, ALTERED)
OF_PROGRAM = (PROGRAM,)
PROCESS_RULES = (*OF_EVIDENCE, *OF_PROVENANCE, *OF_PROGRAM)
"""What takes a process: where none is known, nobody can tell."""

OF_ADDRESS = (ADDRESS,)
OF_NOVELTY = novelty.RULES
OF_STANDING = (LONG, UPLOAD)
OF_OWNERLESS = (OWNERLESS,)
OF_SERIES = (BEACON,)
OF_BURST = (SCAN, BRUTE_FORCE, FAILING)
OF_MACHINE = (HIDDEN_PROCESS, HIDDEN_SOCKET, SNIFFER, LD_SO_PRELOAD)

RULES: tuple[Rule[Any], ...] = (
    *PROCESS_RULES,
    *OF_ADDRESS,
    *OF_OWNERLESS,
    *OF_SERIES,
    *OF_BURST,
    *OF_STANDING,
    *OF_NOVELTY,
    *OF_MACHINE,
)
"""All of them, in the order in which people read them."""

BY_ID = {rule.id: rule for rule in RULES}
