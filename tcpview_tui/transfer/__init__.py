"""``tcpview-tui export`` and ``import``: recordings become other files, and lines become recordings."""
