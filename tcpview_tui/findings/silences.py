"""What a person does not want to be told again: of one subject for this run, of one program or unit for good."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tcpview_tui.findings.alone import alone
from tcpview_tui.findings.silence import load, store, why
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from pathlib import Path

    from tcpview_tui.findings.finding import Finding, Subject
    from tcpview_tui.findings.silence import Key, Silence


class Silences:
    """Those of this run, and those for good, which stand in a file that a person can read and edit.

    `keep` and `lift` count at once. `save` writes that down, from whatever thread: it waits for others that write.
    """

    def __init__(self, path: Path | None, lasts_not: str = "") -> None:
        """Without a `path` nothing is read or written. `lasts_not` says why nothing can be silent for good here."""
        self.lasts_not = lasts_not
        """Why nothing is to be kept, in a sentence; empty where that can be done."""
        self.problem: str | None = None
        """Why the file was not read or written, in a sentence."""
        self._path = path
        self._now: dict[tuple[str, Subject], Finding] = {}
        self._good: dict[Key, Silence] = {}
        self._unwritten: dict[Key, Silence] = {}
        self._failed: set[Key] = set()
        self._lifted: set[Key] = set()
        self._changing = threading.Lock()
        self._read()

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self._now) + len(self.unkept) + len(self.lasting)

    @property
    def passing(self) -> tuple[Finding, ...]:
        """Findings that are silent in this run."""
        return tuple(self._now.values())

    @property
    def unkept(self) -> tuple[Silence, ...]:
        """Those that were meant for good and could not be written down: they hold in this run."""
        failed, good = self._failed, self._good
        return tuple(each for key, each in self._unwritten.items() if key in failed and key not in good)

    @property
    def lasting(self) -> tuple[Silence, ...]:
        """Those for good, also those that are being written down."""
        return tuple((self._good | self._pending).values())

    @property
    def _pending(self) -> dict[Key, Silence]:
        return {key: each for key, each in self._unwritten.items() if key not in self._failed}

    def hides(self, finding: Finding) -> bool:
        """Return whether this is not to be told."""
        if (finding.rule, finding.subject) in self._now:
            return True
        program = finding.digest is not None and self._has((finding.rule, finding.digest, None))
        return program or (finding.unit is not None and self._has((finding.rule, None, finding.unit)))

    def _has(self, key: Key) -> bool:
        return key in self._good or key in self._unwritten

    def hush(self, finding: Finding) -> None:
        """Be silent about this subject for this run."""
        self._now[finding.rule, finding.subject] = finding

    def tell(self, finding: Finding) -> None:
        """Tell again what was silenced in this run."""
        self._now.pop((finding.rule, finding.subject), None)

    def keep(self, silence: Silence) -> None:
        """Be silent about it from now on: for good, once it is saved."""
        with self._changing:
            self._lifted.discard(silence.key)
            self._failed.discard(silence.key)
            self._unwritten = {**self._unwritten, silence.key: silence}

    def lift(self, silence: Silence) -> None:
        """Tell it again from now on: also in the runs to come, once that is saved."""
        with self._changing:
            self._lifted.add(silence.key)
            self._good, self._unwritten = _without(self._good, silence.key), _without(self._unwritten, silence.key)

    def save(self, silence: Silence) -> str | None:
        """Write down what was kept or lifted, as it is by now; return why that failed, in a sentence.

        It takes up to `alone.PATIENCE` seconds when others write.
        """
        if self._path is None:
            self._settle(self._with(silence, self._good), silence)
            return None
        try:
            self._write(self._path, silence)
            self.problem = None
        except (OSError, ValueError) as error:
            self._failed.add(silence.key)
            self.problem = f"{safe(str(self._path))} is not changed, so this holds in this run only: {why(error)}."
        return self.problem

    def undo(self) -> bool:
        """Tell again what was silenced in this run, also what could not be written; return whether there was anything.

        What is being written stays: it will be silent for good, and is lifted alone.
        """
        with self._changing:
            pending = self._pending
            had = bool(self._now or len(pending) < len(self._unwritten))
            self._now, self._unwritten = {}, pending
        return had

    def _write(self, path: Path, silence: Silence) -> None:
        """Change one entry of what the file has by now: another program may have changed it, too.

        What is damaged stays as it is.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(path.parent):
            before = load(path)
            good = self._with(silence, before)
            if good != before:
                store(path, good.values())
            self._settle(good, silence)

    def _with(self, silence: Silence, before: dict[Key, Silence]) -> dict[Key, Silence]:
        """Return what is silent for good, with one entry as it is by now: kept, or lifted."""
        return before | {silence.key: silence} if self._has(silence.key) else _without(before, silence.key)

    def _settle(self, good: dict[Key, Silence], silence: Silence) -> None:
        """Take over what the file says by now, but for what was kept or lifted while it was written."""
        with self._changing:
            if silence.key not in good:  # from now on it comes back when somebody else keeps it
                self._lifted.discard(silence.key)
            self._good = {key: each for key, each in good.items() if key not in self._lifted}
            self._unwritten = {key: each for key, each in self._unwritten.items() if key not in good}

    def _read(self) -> None:
        if self._path is not None:
            try:
                self._good = load(self._path)
            except (OSError, ValueError) as error:
                self.problem = f"{safe(str(self._path))} is not read, so nothing of it is silent: {why(error)}."


def _without(silences: dict[Key, Silence], key: Key) -> dict[Key, Silence]:
    return {each: silence for each, silence in silences.items() if each != key}
