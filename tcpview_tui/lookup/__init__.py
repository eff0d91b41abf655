"""What the rest of the world says of an address: always asked for, never waited for."""
