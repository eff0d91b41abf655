"""Where an address is registered and who announces it, from files on this machine: nothing is asked of anybody."""
