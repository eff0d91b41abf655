"""The capabilities that a file gives whoever runs it (capabilities(7), "File capabilities")."""

from __future__ import annotations

import errno
import os
import struct

NAMES = (
    "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap",
    "linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner",
    "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice",
    "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap",
    "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf",
    "checkpoint_restore",
)  # fmt: skip
"""By bit (include/uapi/linux/capability.h, as of Linux 6.12)."""

_NONE = frozenset({errno.ENODATA, errno.EOPNOTSUPP})


def of(path: str) -> tuple[str, ...]:
    """Return those of a file, ``cap_net_raw`` and so on. Raises OSError: it is gone, or must not be read."""
    try:
        return decode(os.getxattr(path, "security.capability"))
    except OSError as error:
        if error.errno in _NONE:
            return ()
        raise


def decode(raw: bytes) -> tuple[str, ...]:
    """Return the names of all in the attribute security.capability, permitted or inheritable; by number if unnamed.

    It is struct vfs_cap_data: a word of flags, then permitted and inheritable bits 0-31, then, since revision 2,
    those above.
    """
    words = struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])[1:5]
    bits = 0
    for at, word in enumerate(words):
        bits |= word << (at // 2 * 32)
    return tuple(f"cap_{NAMES[bit] if bit < len(NAMES) else bit}" for bit in range(64) if bits >> bit & 1)
