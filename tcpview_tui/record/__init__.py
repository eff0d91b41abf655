"""What is kept: rows as files that other programs read."""
