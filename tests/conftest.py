"""What every test needs of the process it runs in."""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
"""Not ignored, as it is in the background of a shell (sh(1)): every program that a test starts would inherit that."""
