"""tcpview-tui: every TCP and UDP connection of a machine and the process behind it, live in a terminal."""

from __future__ import annotations

__version__ = "0.1.0"
