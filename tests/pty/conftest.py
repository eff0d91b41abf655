"""The programs these tests run. Without pseudo-terminals (Windows) there is nothing to test here."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    collect_ignore_glob = ["test_*.py"]
