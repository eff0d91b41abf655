"""The rules that say which connections deserve a second look, and why."""
