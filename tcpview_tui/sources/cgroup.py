"""Which service a process runs for: the systemd unit or container that its control group names (Linux)."""

from __future__ import annotations

import re
from pathlib import Path

from tcpview_tui.text import safe

_CONTAINER_ID = r"([0-9a-f]{12})[0-9a-f]{52}"
"""Container engines use 64 hexadecimal digits and show the first 12."""

_SCOPE = re.compile(
    rf"(?:.*:)?(?P<engine>docker|libpod|cri-containerd|crio|containerd|nerdctl)[-:]{_CONTAINER_ID}(?:\.scope)?"
)
_BARE = re.compile(_CONTAINER_ID)
_LXC = re.compile(r"lxc\.payload\.(.+)", re.DOTALL)
_ENGINES = {"libpod": "podman", "cri-containerd": "containerd", "nerdctl": "containerd", "crio": "cri-o"}
_PARENT_ENGINES = {"docker": "docker", "kubepods": "kubernetes", "libpod_parent": "podman", "lxc": "lxc"}
_UNIT = re.compile(r"\.(?:service|scope|socket|timer|mount)\Z")
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")


def service_of(pid: int, proc: Path = Path("/proc")) -> str | None:
    """Return the service of a process; `None` when it has none, ended, or the system has no control groups."""
    try:
        return parse((proc / str(pid) / "cgroup").read_bytes().decode("utf-8", "surrogateescape"))
    except OSError:
        return None


def parse(content: str) -> str | None:
    """Return the innermost container or unit in the text of ``/proc/PID/cgroup`` (cgroups(7)).

    Containers read ``docker:0123456789ab``; units keep their name, ``nginx.service``. Version 2 has one line,
    version 1 one a controller: the first that names something counts.
    """
    for line in content.split("\n"):  # the one sign a name cannot have: its author could feign a line with others
        path = line.split(":", 2)[-1]
        parts = [part for part in path.split("/") if part]
        name = _container(parts) or next((_unit(part) for part in reversed(parts) if _UNIT.search(part)), None)
        if name:
            return safe(name, 255)
    return None


def _container(parts: list[str]) -> str | None:
    for depth in range(len(parts) - 1, -1, -1):
        part = parts[depth]
        if scope := _SCOPE.fullmatch(part):
            engine = scope["engine"]
            return f"{_ENGINES.get(engine, engine)}:{scope[2]}"
        if lxc := _LXC.fullmatch(part):
            return f"lxc:{lxc[1]}"
        if depth and parts[depth - 1] == "lxc" and not _BARE.fullmatch(part):  # LXC before 4, Proxmox
            return f"lxc:{part}"
        if bare := _BARE.fullmatch(part):
            return f"{_engine_above(parts[:depth])}:{bare[1]}"
    return None


def _engine_above(parents: list[str]) -> str:
    for parent in reversed(parents):
        for prefix, engine in _PARENT_ENGINES.items():
            if parent.startswith(prefix):
                return engine
    return "container"


def _unit(name: str) -> str:
    """Undo systemd's escaping of bytes (systemd.unit(5)): ``a\\x2db.service`` is ``a-b.service``."""
    raw = name.encode("utf-8", "surrogateescape")
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), raw).decode("utf-8", "surrogateescape")
