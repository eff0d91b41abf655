"""A mount as an AppImage makes one of itself: one program, in a FUSE file system. Run as a program, it serves.

The messages are those of fuse(4) and include/uapi/linux/fuse.h, as few as it takes to run a program.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sources.net import answer

DEVICE = Path("/dev/fuse")
ROOT = Path(__file__).parents[2]
LOOKUP, FORGET, GETATTR, OPEN, READ, RELEASE, FLUSH, INIT = 1, 2, 3, 14, 15, 18, 25, 26
FOLDER, FILE = 1, 2
MNT_DETACH = 2
LARGE = 1 << 20


@contextmanager
def mounted(program: Path) -> Iterator[Path]:
    """The program in a mount of its own; raises OSError where none is to be had."""
    with tempfile.TemporaryDirectory(prefix=".mount_tcpview", dir="/tmp") as folder:
        command = (sys.executable, "-m", "tests.findings.appimage", str(program), folder)
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
            try:
                if answer(server) != b"ready\n":
                    raise OSError(errno.EPERM, "FUSE cannot be mounted here")
                yield Path(folder) / "app"
            finally:
                server.kill()
                ctypes.CDLL(None).umount2(folder.encode(), MNT_DETACH)


def serve(content: bytes, folder: str) -> None:
    device = os.open(DEVICE, os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
    kind = b"fuse.test.AppImage"
    if ctypes.CDLL(None).mount(b"test.AppImage", folder.encode(), kind, 1, options.encode()):  # MS_RDONLY
        sys.exit("no mount")
    print("ready", flush=True)
    while True:
        request = os.read(device, LARGE + 4096)
        _, operation, unique, node = struct.unpack_from("=IIQQ", request)
        if operation != FORGET:
            error, body = reply(operation, node, request[40:], content)
            os.write(device, struct.pack("=IiQ", 16 + len(body), -error, unique) + body)


def reply(operation: int, node: int, body: bytes, content: bytes) -> tuple[int, bytes]:
    if operation == INIT:
        return 0, struct.pack("=IIIIHHIIHHII24x", 7, 31, LARGE, 0, 8, 8, LARGE, 1, 0, 0, 0, 0)
    if operation == LOOKUP and body == b"app\0":
        return 0, struct.pack("=QQQQII", FILE, 0, 60, 60, 0, 0) + attributes(FILE, content)
    if operation == LOOKUP:
        return errno.ENOENT, b""
    if operation == GETATTR:
        return 0, struct.pack("=QII", 60, 0, 0) + attributes(node, content)
    if operation == OPEN:
        return 0, bytes(16)
    if operation == READ:
        _, offset, size = struct.unpack_from("=QQI", body)
        return 0, content[offset : offset + size]
    return (0 if operation in (RELEASE, FLUSH) else errno.ENOSYS), b""


def attributes(node: int, content: bytes) -> bytes:
    size, mode = (0, 0o40755) if node == FOLDER else (len(content), 0o100755)
    return struct.pack(
        "=6Q10I", node, size, size // 512, 0, 0, 0, 0, 0, 0, mode, 1, os.getuid(), os.getgid(), 0, 4096, 0
    )


if __name__ == "__main__":
    serve(Path(sys.argv[1]).read_bytes(), sys.argv[2])
