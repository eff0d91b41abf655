"""What the kernel lets this program do besides looking (Linux)."""

from __future__ import annotations

from pathlib import Path

CAP_NET_ADMIN = 12
"""Which bit of the set it is: linux/capability.h; capabilities(7)."""

NEEDS_NET_ADMIN = (
    "Closing a connection needs root (CAP_NET_ADMIN): run this program with sudo; in a container, root often lacks it."
)
"""What to say to somebody who has no such right."""


def lacks(capability: int, status: Path = Path("/proc/self/status")) -> bool:
    """Return whether this program surely has no such capability in effect; False where the system does not tell."""
    try:
        lines = status.read_text("ascii", "replace").splitlines()
        effective = next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff:"))
    except (OSError, StopIteration, ValueError, IndexError):
        return False
    return not effective >> capability & 1
