"""``tcpview-tui record``: what it is told to do, whom it asks for names, and how it looks again and again."""
