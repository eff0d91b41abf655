"""What an excerpt is written as: each form takes what happened one by one, so that never all of it is in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tcpview_tui.record.lines import ARRAY, FORMS, Form
from tcpview_tui.record.parquet import Parquet
from tcpview_tui.record.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import BinaryIO

    from tcpview_tui.record.about import About
    from tcpview_tui.record.tracked import Happening


class Writer(Protocol):
    """Writes what happened. What the file raises is raised."""

    def write(self, happenings: Iterable[Happening]) -> None:
        """Write these."""
        ...

    def finish(self) -> None:
        """Write what stands at the end. `out` stays its opener's to close."""
        ...


class Text:
    """Lines in UTF-8."""

    def __init__(self, out: BinaryIO, form: Form, about: About) -> None:
        self._out, self._form, self._about = out, form, about
        self._put(form.head + form.first(about.told))

    def write(self, happenings: Iterable[Happening]) -> None:
        """Write a line for each."""
        for happening in happenings:
            line = self._form.line(happening, self._about.host, self._about.digest_of)
            self._put(self._form.between + line)

    def finish(self) -> None:
        """Write what stands at the end."""
        self._put(self._form.foot)

    def _put(self, text: str) -> None:
        self._out.write(text.encode("utf-8", "backslashreplace"))


def _text(form: Form) -> Callable[[BinaryIO, About], Writer]:
    return lambda out, about: Text(out, form, about)


WRITERS: Mapping[str, Callable[[BinaryIO, About], Writer]] = {
    **{form.id: _text(form) for form in (*FORMS, ARRAY)},
    "html": Report,
    "parquet": Parquet,
}
"""The forms of an export by name."""

BINARY = frozenset({"parquet"})
"""Those that are nothing for a terminal."""
