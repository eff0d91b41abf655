"""``tcpview-tui list``: what there is now, what happens to it, and what differs from before."""
