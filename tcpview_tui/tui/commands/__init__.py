"""What the actions do: plain functions of the main screen, one module a group."""
