"""The exit statuses of the program."""

from __future__ import annotations

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130
"""After Ctrl+C, as shells count: 128 and SIGINT (bash(1), EXIT STATUS)."""
