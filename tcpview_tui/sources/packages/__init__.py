"""Which package a program belongs to, and whether it is still as the package brought it (Linux)."""
