"""What a process runs for: the systemd unit and the container that its control group names (Linux)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from tcpview_tui.text import safe

_CONTAINER_ID = r"([0-9a-f]{12})[0-9a-f]{52}"
"""Container engines use 64 hexadecimal digits and show the first 12."""

_SCOPE = re.compile(
    rf"(?:.*:)?(?P<engine>docker|libpod|cri-containerd|crio|containerd|nerdctl)[-:]{_CONTAINER_ID}(?:\.scope)?"
)
_BARE = re.compile(_CONTAINER_ID)
_POD = re.compile(r"(?:^|[-/])pod([0-9a-f]{8})(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12}(?:$|[./])")
"""A pod by its UID: ``-`` in cgroups, ``_`` in systemd slices, neither for static pods, whose UID is a hash.

Its first 8 digits are shown. The containers of a pod share one network namespace.
"""

_LXC = re.compile(r"lxc\.payload\.(.+)", re.DOTALL)
_ENGINES = {"libpod": "podman", "cri-containerd": "containerd", "nerdctl": "containerd", "crio": "cri-o"}
_PARENT_ENGINES = {"docker": "docker", "kubepods": "kubernetes", "libpod_parent": "podman", "lxc": "lxc"}
_UNIT = re.compile(r"\.(?:service|scope|socket|timer|mount)\Z")
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")


class ControlGroup(NamedTuple):
    """What a control group names, `None` where it names nothing.

    `service` is the innermost container or unit, ``docker:0123456789ab`` or ``nginx.service``; `container` is the
    innermost container alone, with its pod where Kubernetes runs it: ``kubernetes:9f1c2d3e/0123456789ab``.
    """

    service: str | None = None
    container: str | None = None


def control_group(pid: int, proc: Path = Path("/proc")) -> ControlGroup:
    """Return what the control group of a process names; nothing when it ended or the system has no control groups."""
    try:
        return parse((proc / str(pid) / "cgroup").read_bytes().decode("utf-8", "surrogateescape"))
    except OSError:
        return ControlGroup()


def parse(content: str) -> ControlGroup:
    """Return what the text of ``/proc/PID/cgroup`` (cgroups(7)) names.

    Version 2 has one line, version 1 one a controller: of those that name something the first counts.
    """
    groups = [_named(line) for line in content.split("\n")]  # a name can have every other sign that ends a line
    service, container = (next(filter(None, names), None) for names in zip(*groups, strict=True))
    return ControlGroup(service and safe(service, 255), container and safe(container, 255))


def _named(line: str) -> ControlGroup:
    path = line.split(":", 2)[-1]
    parts = [part for part in path.split("/") if part]
    units = (_unit(part) for part in reversed(parts) if _UNIT.search(part))
    return _container(parts) or ControlGroup(next(units, None))


def _container(parts: list[str]) -> ControlGroup | None:
    for depth in range(len(parts) - 1, -1, -1):
        part = parts[depth]
        if scope := _SCOPE.fullmatch(part):
            return _in_pod(_ENGINES.get(scope["engine"], scope["engine"]), scope[2], parts, depth)
        if lxc := _lxc(parts, depth):
            return ControlGroup(f"lxc:{lxc}", f"lxc:{lxc}")
        if bare := _BARE.fullmatch(part):
            return _in_pod(_engine_above(parts[:depth]), bare[1], parts, depth)
    return None


def _lxc(parts: list[str], depth: int) -> str | None:
    part = parts[depth]
    if payload := _LXC.fullmatch(part):
        return payload[1]
    before_version_4 = depth > 0 and parts[depth - 1] == "lxc" and not _BARE.fullmatch(part)  # and Proxmox
    return part if before_version_4 else None


def _in_pod(engine: str, identifier: str, parts: list[str], depth: int) -> ControlGroup:
    """Return a container, with its pod when one stands right above it: what it runs itself is in no pod."""
    service = f"{engine}:{identifier}"
    pod = _POD.search("/".join(parts[max(depth - 1, 0) : depth + 1]))
    return ControlGroup(service, f"kubernetes:{pod[1]}/{identifier}" if pod else service)


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
