"""Where databases of addresses usually lie."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import platformdirs

from tcpview_tui.files import read_content

_UNIX = (
    "/usr/share/GeoIP",
    "/var/lib/GeoIP",
    "/usr/local/share/GeoIP",
    "/usr/local/var/GeoIP",
    "/opt/homebrew/var/GeoIP",
)
"""Where geoipupdate writes, by distribution, and where Wireshark looks; the last two: Homebrew."""

_WINDOWS = (r"MaxMind\GeoIPUpdate\GeoIP", "GeoIP")
"""Below %PROGRAMDATA%: where geoipupdate writes, and where Wireshark looks."""

_FILE_LIMIT = 65_536

MOST_FILES = 64
"""Files of a folder that are looked at."""


def usual(own: str = "") -> tuple[Path, ...]:
    """Return the folders to look in, the first one's word counting most, whether they exist or not.

    `own` is the user's choice; without one it is ``geo`` in the user's data folder. Then come the folders of
    geoipupdate and Wireshark, and those that the user told Wireshark about.
    """
    first = Path(own).expanduser() if own else platformdirs.user_data_path("tcpview-tui", appauthor=False) / "geo"
    return tuple(dict.fromkeys([first, *_of_system(), *_of_wireshark()]))


def databases(folder: Path) -> list[Path]:
    """Return the MMDB files of a folder by name, without those that begin with a dot. Raises OSError."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(
                each.name for each in entries if re.fullmatch(r"[^.].*\.mmdb", each.name, re.IGNORECASE | re.DOTALL)
            )
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder / name for name in names[:MOST_FILES]]


def _of_system() -> list[Path]:
    if sys.platform != "win32":
        return [Path(each) for each in _UNIX]
    data = os.environ.get("PROGRAMDATA")
    return [Path(data, each) for each in _WINDOWS] if data else []


def _of_wireshark() -> list[Path]:
    """Return what stands in Wireshark's list of folders: one in quotes on each line, odd characters as ``\\x5c``."""
    settings = platformdirs.user_config_path("wireshark", appauthor=False, roaming=True) / "maxmind_db_paths"
    if sys.platform == "darwin":
        settings = Path("~/.config/wireshark/maxmind_db_paths").expanduser()
    try:
        text = read_content(settings, _FILE_LIMIT).decode("utf-8", "surrogateescape")
    except (OSError, ValueError):
        return []
    found = re.findall(r'^"([^"\n]+)"', text, re.MULTILINE)
    paths = [re.sub(r"\\x([0-9A-Fa-f]{2})", lambda code: chr(int(code[1], 16)), each) for each in found]
    return [Path(each) for each in paths if "\0" not in each]
