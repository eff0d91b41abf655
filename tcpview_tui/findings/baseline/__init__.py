"""The baseline: what is normal on this machine, or on a fleet, and what is outside of it."""
