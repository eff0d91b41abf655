"""What was found of a subject, as the body of an event and a whole state keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tcpview_tui.findings.rule import Of  # noqa: TC001 - msgspec reads it
from tcpview_tui.record.identity import key_id
from tcpview_tui.record.judgement import described, judgement, key_of, keyed
from tcpview_tui.record.wire import LineFinding  # noqa: TC001 - msgspec reads it
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcpview_tui.findings.finding import Finding
    from tcpview_tui.findings.register import Place
    from tcpview_tui.record.judgement import Judgement


class Saved(msgspec.Struct, frozen=True):
    """A judgement. `subject` is made of lists, texts and numbers; `connection` is the number of that one, if any.

    `key` is the id of one that has no number.
    """

    of: Of
    subject: Any = None
    findings: tuple[LineFinding, ...] = ()
    connection: int | None = None
    key: str | None = None


def saved(place: Place, findings: Sequence[Finding], number: int | None) -> dict[str, Any]:
    """Return a judgement for JSON; times are cut to the millisecond.

    When its connection has no `number`, the key of that is there, as an id: else nothing tells it from others.
    """
    of, subject = keyed(place, None)
    key = key_of(place) if number is None else None
    apart = {} if key is None else {"key": key_id(key)}
    return {"of": of, "subject": subject, "findings": described(place, findings), **apart}


def restored(body: Any) -> Judgement:
    """Return a judgement that was `saved`; the key of its connection, if any, is the number of that, or else its id.

    Raises ValueError or msgspec.ValidationError for what nobody has saved.
    """
    read = msgspec.convert(body, Saved)
    apart = None if read.key is None else safe(read.key)
    return judgement(read.of, read.subject, read.findings, apart if read.connection is None else read.connection)
