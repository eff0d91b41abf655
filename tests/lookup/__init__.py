"""Tests of tcpview_tui.lookup, against real servers on loopback."""
