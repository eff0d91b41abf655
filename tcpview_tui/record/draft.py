"""A recording gets its name when it is whole: whoever is killed before has made none, and never half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tcpview_tui.record.opening import beside

_LOGS = ("-wal", "-shm")


def draft(path: Path) -> tuple[Path, int]:
    """Make a file beside `path`, and return it with a descriptor of it. Raises OSError.

    The descriptor is to be given back last: to close any of a file drops SQLite's locks on it (fcntl_locking(2)).
    """
    made, name = tempfile.mkstemp(".new", f".{path.name}.", path.parent)
    return Path(name), made


def publish(draft: Path, path: Path) -> None:
    """Give a whole file its name. Raises OSError, FileExistsError for anything that is there already."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError as error:  # a file system without hard links, as on many a stick
        if os.path.lexists(path):
            raise FileExistsError(*error.args) from error
        draft.rename(path)


def stray(path: Path) -> Path | None:
    """Return what SQLite would read into a new file: the log of one that was killed and removed. `None`: nothing."""
    there = (beside(path, ending) for ending in (*_LOGS, "-journal"))
    return next((each for each in there if os.path.lexists(each)), None)


def remove_logs(path: Path) -> None:
    """Remove the log of a file that is no more, and its index. Raises OSError."""
    for ending in _LOGS:
        beside(path, ending).unlink(missing_ok=True)
