"""The program that has taken the place of a deleted one: whether its package put it there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.record.programs import LARGEST
from tcpview_tui.sources.evidence.asking import ask
from tcpview_tui.sources.evidence.contents import content_of, digest
from tcpview_tui.sources.evidence.executable import successor_of

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Reading
    from tcpview_tui.sources.packages.answers import Checksum, Owner


def agrees(pid: int, owner: Owner) -> Reading[bool]:
    """Return whether the file that has the name of a process's deleted program now is as this package brought it.

    It is read once for each file, up to 256 MB. Never raises. Who asks makes sure that it is still that process.
    """
    wanted = owner.checksum
    if wanted is None:
        return Unread(f"{owner.manager} keeps no checksum of it")
    return ask(lambda: _agrees(f"/proc/{pid}", wanted), f"/proc/{pid}/root")


def _agrees(process: str, wanted: Checksum) -> Reading[bool]:
    content = content_of(successor_of(process), follow=False)
    if content.size > LARGEST:
        return Unread(f"it has {content.size >> 20} MB, and up to {LARGEST >> 20} MB are read")
    return digest(content, wanted.algorithm) == wanted.digest
