"""What changes the system: each action verifies its target, acts, and answers with an Outcome."""
