"""What VirusTotal and AbuseIPDB answer to who has a key of theirs: asked only when somebody presses the key for it."""
