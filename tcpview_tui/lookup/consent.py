"""Whether the person knows which servers learn of a look-up. Asked once for each set of servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

from tcpview_tui.files import read_content, replace_content

_LIMIT = 65_536


class Consent:
    """Remembers what a person agreed to, in a file in `folder`; without a writable folder, for this run."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "whois-consent.txt"
        self._agreed = ""

    def given(self, servers: tuple[str, ...]) -> bool:
        """Return whether the person agreed to exactly these servers."""
        text = _text(servers)
        if self._agreed == text:
            return True
        try:
            return read_content(self._file, _LIMIT) == text.encode()
        except (OSError, ValueError):
            return False

    def give(self, servers: tuple[str, ...]) -> None:
        """Remember that the person agreed to these servers."""
        self._agreed = _text(servers)
        try:
            replace_content(self._file, self._agreed.encode())
        except OSError:
            return  # it is asked again in the next run


def _text(servers: tuple[str, ...]) -> str:
    return "\n".join(servers) + "\n"
