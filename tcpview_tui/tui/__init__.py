"""The terminal interface: it asks the model and owns no data."""
