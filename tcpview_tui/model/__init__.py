"""What a connection is and how it changes: pure data and pure functions, free of terminals and operating systems."""
