"""The reader of what rules judge a process by, from /proc (proc(5)); Linux only, and off the UI thread."""
