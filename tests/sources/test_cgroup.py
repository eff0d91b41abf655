from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tcpview_tui.sources.cgroup import ControlGroup, control_group, parse

ID = "0123456789ab" + "cd" * 26
OTHER = "fedcba987654" + "10" * 26
POD = "pod9f1c2d3e_1111_2222_3333_444455556666"

CONTENTS = {
    "root, version 2": ("0::/\n", None),
    "root, version 1": ("12:pids:/\n3:cpu,cpuacct:/\n1:name=systemd:/\n0::/\n", None),
    "empty": ("", None),
    "no line end, no colon": ("nonsense", None),
    "only slices": ("0::/system.slice\n", None),
    "init": ("0::/init.scope\n", "init.scope"),
    "service": ("0::/system.slice/nginx.service\n", "nginx.service"),
    "service with a subgroup": ("0::/system.slice/nginx.service/workers\n", "nginx.service"),
    "template instance": ("0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service"),
    "socket unit": ("0::/system.slice/cups.socket\n", "cups.socket"),
    "user session": ("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope"),
    "user unit": (
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/pipewire.service\n",
        "pipewire.service",
    ),
    "version 1, systemd last": (
        "11:memory:/\n1:name=systemd:/system.slice/ssh.service\n0::/system.slice/ssh.service\n",
        "ssh.service",
    ),
    "nspawn": ("0::/machine.slice/systemd-nspawn@web.service/payload\n", "systemd-nspawn@web.service"),
    "docker, systemd driver": (f"0::/system.slice/docker-{ID}.scope\n", "docker:0123456789ab"),
    "docker, cgroupfs": (f"12:pids:/docker/{ID}\n1:name=systemd:/docker/{ID}\n", "docker:0123456789ab"),
    "docker with systemd inside": (f"0::/docker/{ID}/system.slice/nginx.service\n", "docker:0123456789ab"),
    "docker in docker": (f"0::/docker/{ID}/docker/{OTHER}\n", "docker:fedcba987654"),
    "podman": (f"0::/machine.slice/libpod-{ID}.scope/container\n", "podman:0123456789ab"),
    "podman, rootless": (
        f"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{ID}.scope/container\n",
        "podman:0123456789ab",
    ),
    "podman, cgroupfs": (f"0::/libpod_parent/libpod-{ID}\n", "podman:0123456789ab"),
    "podman's monitor": (
        f"0::/machine.slice/libpod-conmon-{ID}.scope\n",
        f"libpod-conmon-{ID}.scope",
    ),
    "nerdctl": (f"0::/system.slice/nerdctl-{ID}.scope\n", "containerd:0123456789ab"),
    "kubernetes, containerd": (
        f"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-{POD}.slice/cri-containerd-{ID}.scope\n",
        "containerd:0123456789ab",
    ),
    "kubernetes, containerd, two drivers": (
        f"1:name=systemd:/system.slice/containerd.service/kubepods-{POD}.slice:cri-containerd:{ID}\n",
        "containerd:0123456789ab",
    ),
    "kubernetes, cgroupfs": (f"11:memory:/kubepods/besteffort/{POD}/{ID}\n", "kubernetes:0123456789ab"),
    "kubernetes, cri-o": (
        f"0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-{POD}.slice/crio-{ID}.scope\n",
        "cri-o:0123456789ab",
    ),
    "lxc": ("0::/lxc.payload.web/system.slice/nginx.service\n", "lxc:web"),
    "lxc before version 4, Proxmox": ("0::/lxc/101/ns/system.slice/nginx.service\n", "lxc:101"),
    "unknown engine": (f"0::/garden/{ID}\n", "container:0123456789ab"),
    "seen from another namespace": (f"0::/../{ID}\n", "container:0123456789ab"),
    "too short for a container": ("0::/docker/0123456789ab\n", None),
    "escaped": ("0::/system.slice/fsck@dev-by\\x2duuid.service\n", "fsck@dev-by-uuid.service"),
    "escaped UTF-8": ("0::/system.slice/caf\\xc3\\xa9.service\n", "café.service"),
    "escaped control code": ("0::/system.slice/a\\x1b[2J.service\n", "a\\x1b[2J.service"),
    "half an escape": ("0::/system.slice/a\\x2.service\n", "a\\x2.service"),
    "hostile": ("0::/\x1b]52;c;QQ==\x07[b]\u202e.service\n", "\\x1b]52;c;QQ==\\x07[b]\\u202e.service"),
    "not UTF-8": ("0::/a\udcff.service\n", "a\\xff.service"),
    "hostile container": ("0::/lxc.payload.\x1b[2J\n", "lxc:\\x1b[2J"),
    "deleted": ("0::/system.slice/old.service (deleted)\n", None),
    "colons in the name": ("0::/system.slice/a:b:c.service\n", "a:b:c.service"),
}  # fmt: skip


CONTAINERS = {
    "kubernetes, containerd": "kubernetes:9f1c2d3e/0123456789ab",
    "kubernetes, containerd, two drivers": "kubernetes:9f1c2d3e/0123456789ab",
    "kubernetes, cgroupfs": "kubernetes:9f1c2d3e/0123456789ab",
    "kubernetes, cri-o": "kubernetes:9f1c2d3e/0123456789ab",
}
"""Where the container is more than the service that it counts as."""

SLICE = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-"
IN_PODS = {
    "dashes, as kubelet writes them without systemd": (
        f"0::/kubepods/pod9f1c2d3e-1111-2222-3333-444455556666/{ID}\n", "kubernetes:9f1c2d3e/0123456789ab",
    ),
    "a static pod": (
        f"0::{SLICE}pod9f1c2d3e{'0' * 24}.slice/cri-containerd-{ID}.scope\n", "kubernetes:9f1c2d3e/0123456789ab",
    ),
    "a kubelet in Docker": (
        f"0::/docker/{OTHER}/kubelet/kubepods/{POD}/{ID}\n", "kubernetes:9f1c2d3e/0123456789ab",
    ),
    "Docker in a pod": (f"0::/kubepods/{POD}/{OTHER}/docker/{ID}\n", "docker:0123456789ab"),
    "a pod without a container": (f"0::/kubepods/{POD}\n", None),
    "a pod of podman": (f"0::/machine.slice/libpod_pod_{OTHER}.slice/libpod-{ID}.scope\n", "podman:0123456789ab"),
    "too short for a pod": (f"0::/kubepods/pod9f1c2d3e/{ID}\n", "kubernetes:0123456789ab"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "service"), CONTENTS.values(), ids=CONTENTS)
def test_the_service_in_the_text_of_a_control_group(content: str, service: str | None) -> None:
    assert parse(content).service == service


@pytest.mark.parametrize("case", CONTENTS)
def test_what_is_no_unit_is_a_container(case: str) -> None:
    content, service = CONTENTS[case]
    engine = re.match("(docker|podman|containerd|cri-o|kubernetes|container|lxc):", service or "")
    assert parse(content).container == CONTAINERS.get(case, service if engine else None)


@pytest.mark.parametrize(("content", "container"), IN_PODS.values(), ids=IN_PODS)
def test_a_container_is_told_with_the_pod_right_above_it(content: str, container: str | None) -> None:
    assert parse(content).container == container


def test_a_unit_that_comes_first_does_not_hide_the_container_of_another_controller() -> None:
    content = f"2:pids:/docker/{ID}\n1:name=systemd:/system.slice/docker.service\n"
    assert parse(content) == ("docker:0123456789ab", "docker:0123456789ab")
    assert parse("\n".join(reversed(content.split("\n")))) == ("docker.service", "docker:0123456789ab")


@pytest.mark.parametrize("sign", ["\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_a_name_cannot_feign_another_line(sign: str) -> None:
    assert parse(f"0::/user.slice/x{sign}0::/system.slice/sshd.service{sign}y\n") == ControlGroup()


def test_a_long_name_is_cut() -> None:
    name = parse(f"0::/{'x' * 4000}.service\n").service
    assert name is not None
    assert len(name) == 255
    assert name.endswith("… (4008 characters)")


def test_the_file_is_read_and_its_bytes_are_kept(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "cgroup").write_bytes(b"0::/system.slice/caf\xc3\xa9\xff.service\n")
    assert control_group(7, tmp_path).service == "café\\xff.service"


def test_without_a_process_or_without_control_groups_there_is_no_service(tmp_path: Path) -> None:
    assert control_group(os.getpid(), tmp_path) == ControlGroup()
    assert control_group(2**22 + 1) == ControlGroup()
