"""``python -m tcpview_tui``."""

from __future__ import annotations

from tcpview_tui.cli import main

if __name__ == "__main__":
    main()
