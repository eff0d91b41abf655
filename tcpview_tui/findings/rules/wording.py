"""Words that several rules share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcpview_tui.findings.evidence import Unread
from tcpview_tui.findings.programs import base
from tcpview_tui.text import count, duration, endpoint

if TYPE_CHECKING:
    from tcpview_tui.findings.evidence import Evidence


def contacted(evidence: Evidence) -> str:
    """Return what a sentence ends with: whom the process was seen connected to first, public addresses before others.

    ``; seen connected to 203.0.113.7:4444 9 s after its start, and to 3 other remote ends``, or, where nobody knows
    since when, ``; connected to 203.0.113.7:4444 since before the first look``
    """
    if not evidence.contacts:
        return ""
    first = min(evidence.contacts, key=lambda contact: (not contact.is_public, contact.at))
    others = len(evidence.contacts) - 1
    rest = f", and to {count(others, 'other remote end')}" if others else ""
    end = endpoint(first.remote, first.port)
    if first.preexisting:
        return f"; connected to {end} since before the first look{rest}"
    return f"; seen connected to {end}{_later(evidence, first.at)}{rest}"


def is_public(evidence: Evidence) -> bool:
    """Whether the process is connected to an address of the Internet."""
    return any(contact.is_public for contact in evidence.contacts)


def script(evidence: Evidence) -> str:
    """Return the name of the file that an interpreter was told to run; empty if none is known."""
    argv = () if isinstance(evidence.argv, Unread) else evidence.argv
    return next((base(word) for word in argv[1:] if not word.startswith("-")), "")


def _later(evidence: Evidence, at: float) -> str:
    started = evidence.process.started
    return "" if started is None else f" {duration(max(round(at - started, 1), 0.0))} after its start"
