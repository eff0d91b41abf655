"""Package databases as dpkg, apk and rpm write them, below a root that a test made."""

from __future__ import annotations

import base64
import hashlib
import shutil
import sqlite3
import struct
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

Install = Callable[[Path, str, str, dict[str, bytes]], None]

CAT = Path("/bin/cat").resolve()
"""A program that answers, so that a test knows when it runs."""


def write(root: Path, path: str, content: bytes | str = b"") -> Path:
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def dpkg(root: Path, name: str, version: str, files: dict[str, bytes]) -> None:
    info = "var/lib/dpkg/info"
    write(root, f"{info}/{name}.list", "\n".join(["/.", "/usr", *files, ""]))
    sums = [f"{hashlib.md5(content).hexdigest()}  {path[1:]}\n" for path, content in files.items()]
    write(root, f"{info}/{name}.md5sums", "".join(sums))
    status = root / "var/lib/dpkg/status"
    before = status.read_text() if status.exists() else ""
    package, _, architecture = name.partition(":")
    lines = [f"Package: {package}", f"Architecture: {architecture or 'all'}", f"Version: {version}"]
    write(root, "var/lib/dpkg/status", before + "\n".join(lines) + "\n\n")


def distroless(root: Path, name: str, version: str, files: dict[str, bytes]) -> None:
    sums = [f"{hashlib.md5(content).hexdigest()}  {path[1:]}\n" for path, content in files.items()]
    write(root, f"var/lib/dpkg/status.d/{name}", f"Package: {name}\nVersion: {version}\n")
    write(root, f"var/lib/dpkg/status.d/{name}.md5sums", "".join(sums))


def apk(root: Path, name: str, version: str, files: dict[str, bytes]) -> None:
    lines = [f"C:Q1abc=\nP:{name}\nV:{version}\nA:x86_64\nF:etc\nM:0:0:755"]
    for path, content in files.items():
        folder, _, file = path[1:].rpartition("/")
        digest = base64.b64encode(hashlib.sha1(content).digest()).decode()
        lines.append(f"F:{folder}\nR:{file}\na:0:0:755\nZ:Q1{digest}\nR:another\nZ:Q1AAAA")
    database = root / "lib/apk/db/installed"
    before = database.read_text() if database.exists() else ""
    write(root, "lib/apk/db/installed", before + "\n".join(lines) + "\n\n")


def header(entries: list[tuple[int, int, list[bytes] | list[int]]]) -> bytes:
    """Return a header as rpm stores it; of type 4 (32-bit numbers), 6 (text) or 8 (texts)."""
    index, data = b"", b""
    for tag, kind, values in entries:
        data += b"\0" * (-len(data) % 4 if kind == 4 else 0)
        index += struct.pack(">IIII", tag, kind, len(data), len(values))
        data += b"".join(struct.pack(">I", v) if isinstance(v, int) else v + b"\0" for v in values)
    return struct.pack(">II", len(entries), len(data)) + index + data


def rpm_header(name: str, version: str, files: dict[str, bytes]) -> bytes:
    folders = sorted({path.rpartition("/")[0] + "/" for path in files})
    places = [folders.index(path.rpartition("/")[0] + "/") for path in files]
    return header([
        (1000, 6, [name.encode()]), (1001, 6, [version.encode()]), (1002, 6, [b"1"]),
        (1035, 8, [hashlib.sha256(content).hexdigest().encode() for content in files.values()]),
        (1116, 4, places), (1117, 8, [path.rpartition("/")[2].encode() for path in files]),
        (1118, 8, [folder.encode() for folder in folders]), (5011, 4, [8]),
    ])  # fmt: skip


def rpm_database(file: Path, blob: bytes, bases: list[str]) -> None:
    """Write a database with one more package, in the write-ahead mode that rpm uses."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB)")
        database.execute("CREATE TABLE IF NOT EXISTS 'Basenames' (key 'TEXT', hnum INTEGER, idx INTEGER)")
        number = database.execute("INSERT INTO Packages (blob) VALUES (?)", (blob,)).lastrowid
        rows = [(base, number, index) for index, base in enumerate(bases)]
        database.executemany("INSERT INTO Basenames VALUES (?, ?, ?)", rows)


def rpm(root: Path, name: str, version: str, files: dict[str, bytes]) -> None:
    blob = rpm_header(name, version, files)
    rpm_database(root / "usr/lib/sysimage/rpm/rpmdb.sqlite", blob, [path.rpartition("/")[2] for path in files])


def with_program(root: Path, path: str, content: bytes) -> Path:
    """Write a program, and the libraries that it asks for, below a root."""
    for word in subprocess.run(["ldd", CAT], capture_output=True, text=True, check=True).stdout.split():
        if word.startswith("/"):
            (root / word[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(word, root / word[1:])
    program = write(root, path, content)
    program.chmod(0o755)
    return program
