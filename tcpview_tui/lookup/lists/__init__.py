"""Reputation lists: addresses and programs that somebody else has written down. Read from files, never downloaded."""
