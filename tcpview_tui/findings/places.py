"""What a directory says of the programs in it: who may put them there, and whether that is usual."""

from __future__ import annotations

import re

VOLATILE = ("/dev/", "/run/user/", "/run/shm/", "/run/lock/", "/var/lock/")
"""Directories in memory: what is put there leaves no trace on a disk."""

SHARED = (*VOLATILE, "/tmp/", "/var/tmp/")  # noqa: S108 - names of places, nothing is made there
"""Directories that every user may write to."""

_WEB = re.compile(
    r"/var/www/|/srv/(?:http|www)/|/usr/share/nginx/|/usr/local/apache2/htdocs/"
    r"|/(?:htdocs|public_html|wwwroot|uploads?)/"
)
"""Directories that web servers hand out, by the layouts of Debian, Red Hat, Arch, nginx, Apache, cPanel and IIS."""

_TOOLS = re.compile(
    r"\.(?:local|cargo|rustup|nvm|npm|npm-global|pnpm|yarn|volta|fnm|bun|deno|pyenv|rbenv|goenv|nodenv|asdf|mise|sdkman"
    r"|jdks|gradle|m2|dotnet|ghcup|cabal|stack|opam|juliaup|julia|elan|nix-profile|linuxbrew|krew|conda|virtualenvs"
    r"|venv|env|tox|nox|terraform|terraform\.d|tfenv|vscode[\w-]*|cursor[\w-]*|windsurf[\w-]*|positron-server|zed_server"
    r"|steam|wine|mozilla|dropbox-dist|claude|ollama|docker|rd|gitlab-runner|pulumi|fly|foundry|config|cache)"
)
"""Hidden directories that well-known tools install programs in: version managers, editors, virtual environments."""

_LOOSE = frozenset({".config", ".cache"})
"""Those of them that are rather for data: a program in one is seldom, though not rare."""


def is_shared(path: str) -> bool:
    """Whether everybody may put a file there."""
    return path.startswith(SHARED)


def is_volatile(path: str) -> bool:
    """Whether it lies in memory."""
    return path.startswith(VOLATILE)


def web_root(path: str) -> str | None:
    """Return the part of a path that says that a web server hands it out."""
    found = _WEB.search(path)
    return found[0] if found else None


def hidden(path: str) -> str | None:
    """Return the first part of a path that ls(1) does not show by itself and that no well-known tool makes.

    A hidden file counts as a directory does, but for the wrapped programs of Nix (``.foo-wrapped``).
    """
    parts = [part for part in path.split("/") if part.startswith(".")]
    return next((part for part in parts if not _TOOLS.fullmatch(part) and not part.endswith("-wrapped")), None)


def loose(path: str) -> str | None:
    """Return the part of a path that is a hidden directory for data."""
    return next((part for part in path.split("/") if part in _LOOSE), None)
