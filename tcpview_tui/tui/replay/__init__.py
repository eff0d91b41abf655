"""The replay: the table of a recording, and what moves it through time."""
