"""Which program a process runs, by the name of its executable: shells, interpreters, and those that serve shells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.model.process import Process

SHELLS = frozenset(
    {"sh", "ash", "bash", "csh", "dash", "elvish", "fish", "ksh", "ksh93", "lksh", "mksh", "nu", "pwsh", "rbash"}
    | {"tcsh", "xonsh", "yash", "zsh"}
)
INTERPRETERS = frozenset(
    {"awk", "bun", "deno", "expect", "gawk", "guile", "lua", "luajit", "mawk", "node", "nodejs", "perl", "php", "pypy"}
    | {"python", "qjs", "rscript", "ruby", "tclsh", "wish"}
)
MULTI_CALL = frozenset({"busybox", "coreutils", "systemd", "toybox"})
"""Programs that are many: which one, says the name they are called by."""

TERMINALS = frozenset(
    {"agetty", "alacritty", "cockpit-bridge", "containerd-shim", "containerd-shim-runc", "conmon", "cron", "crond"}
    | {"dockerd", "dropbear", "emacs", "expect", "foot", "getty", "ghostty", "gnome-terminal-server"}
    | {"gotty", "in.telnetd", "kitty", "konsole", "login", "lxc-attach", "mosh-server", "ptyxis-agent"}
    | {"rlogind", "runuser", "screen", "script", "sshd", "sshd-session", "su", "sudo"}
    | {"telnetd", "terminator", "tmate", "tmux", "ttyd", "urxvt", "vim", "wezterm-gui"}
    | {"wezterm-mux-server", "xrdp-sesman", "xterm", "zellij"}
)
"""Programs whose purpose is to give a person, or a schedule, a shell."""

STEADY = ("/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/", "/snap/", "/app/", "/nix/store/", "/gnu/store/")
"""Where only the administrator puts programs, on any ordinary system."""

_VERSION = re.compile(r"[-_.]?v?\d[\d.]*[a-z]?\Z")
"""What distinguishes ``python3.11`` from ``python``, ``php-fpm8.2`` from ``php-fpm``."""

_VARIANT = re.compile(r"\.(?:basic|gtk3?|nox|tiny|bin|real|exe|wrapped|static|musl)\Z|-(?:wrapped|static|bin|real)\Z")
"""What packages add to the name of the file behind a link: ``vim.basic``, ``.foo-wrapped``, ``firefox-bin``."""


def base(path: str) -> str:
    """Return the last part of a path."""
    return path.rpartition("/")[2]


def called(path: str, program: str) -> str:
    """Return how people read a program: by its name, and first by the `program` that it is, where its bytes say so."""
    return base(path) if path == program else f"{program} under the name {base(path)}"


def plain(path: str) -> str:
    """Return the name of a program without path, version and variant, in small letters: ``python`` of python3.11."""
    name = _VARIANT.sub("", base(path).lower()).lstrip(".")
    return _VERSION.sub("", name) or name


def is_shell(path: str, argv: tuple[str, ...] = ()) -> bool:
    """Whether an executable is a shell; a multi-call one is what it is called."""
    if plain(path) in MULTI_CALL:
        return any(base(word).lstrip("-") in SHELLS for word in argv[:2])
    return plain(path) in SHELLS


def is_interpreter(path: str) -> bool:
    """Whether an executable runs programs that are text."""
    return plain(path) in INTERPRETERS


def has_purpose(process: Process) -> bool:
    """Whether the hash of its program tells what it runs: not of a shell or an interpreter."""
    path = process.program or process.name
    return not is_shell(path) and not is_interpreter(path)


def is_steady(path: str) -> bool:
    """Whether it lies where only the administrator puts programs."""
    return path.startswith(STEADY)
