"""Why a process did not get its signal, or is still there after it: what was found, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil

from tcpview_tui import text
from tcpview_tui.respond.outcome import Outcome, refused
from tcpview_tui.sources import proctable

if TYPE_CHECKING:
    from tcpview_tui.sources.proctable import Entry


def mismatch(target: Entry, found: Entry | None, ended: bool) -> Outcome | None:
    """Return why the process that is held must not be signalled; `None` when it is the one that was meant."""
    known = found is not None and found.started is not None and target.started is not None
    if found and known and not proctable.same_start(target.started, found.started):
        sentence = f"Nothing was sent: {target} has ended, and its pid now belongs to another process, {found.name}."
        return Outcome(False, "changed", sentence)
    if ended:
        return gone(target)
    if not known:
        return refused(f"The system does not tell when {target} started, so it could be another process.")
    return None


def gone(target: Entry) -> Outcome:
    """Return the outcome for a process that had ended before anything was sent; a zombie is explained."""
    left = proctable.read_entry(target.pid)
    if left and left.state == psutil.STATUS_ZOMBIE and proctable.same_start(left.started, target.started):
        rest = f"only its entry, a zombie, stays until its parent (pid {left.parent}) collects it or ends"
        return Outcome(False, "gone", f"{target} has ended already and holds no connection; {rest}.")
    return Outcome(False, "gone", f"{target} has ended already; nothing was sent.")


def failure(target: Entry, error: OSError | psutil.Error) -> Outcome:
    """Return what the `error` of holding or signalling means."""
    if isinstance(error, ProcessLookupError | psutil.NoSuchProcess):
        return gone(target)
    if isinstance(error, PermissionError | psutil.AccessDenied):
        remedy = "Run this program as the user it belongs to, or as root."
        return Outcome(False, "denied", f"No permission to signal {target}. {remedy}")
    return Outcome(False, "failed", f"The system could not signal {target}: {words(error)}.")


def words(error: OSError | psutil.Error) -> str:
    """Return what the system says about the `error`, safe to show."""
    return text.safe(getattr(error, "strerror", None) or str(error))


def why_running(target: Entry, signal: str, patience: float) -> str:
    """Return the sentence for a process that is still there `patience` seconds after its signal."""
    found = proctable.read_entry(target.pid)
    state = found.state if found else ""
    sent = f"Sent {signal} to {target}, and it did not end within {text.duration(patience)}"
    if state == psutil.STATUS_DISK_SLEEP:
        return f"{sent}: it waits inside the kernel, for a disk or a network file system, and ends when that wait does."
    if signal == "KILL":
        return f"{sent}: KILL cannot be ignored, the kernel is still at it."
    if state in {psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP}:
        return f"{sent}: it is stopped, and TERM waits until it goes on. KILL ends it at once."
    return f"{sent}: it may be cleaning up, or ignoring TERM. KILL cannot be ignored."
