"""The seal: a chain of digests over all rows, so that what is edited, removed, reordered or cut off shows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

START = "0" * 64
"""What the first seal continues."""


def hasher(key: bytes | None) -> hashlib._Hash | hmac.HMAC:
    """Return what makes a digest: SHA-256, or HMAC-SHA-256 with a key."""
    return hashlib.sha256() if key is None else hmac.new(key, digestmod=hashlib.sha256)


class Chain:
    """Digests of batches of rows, each continued from the one before. With a key, only who has it can make them."""

    def __init__(self, key: bytes | None = None, digest: str = START) -> None:
        """`digest` is the one to continue from."""
        self.digest = digest
        self._key = key
        self._encode = msgspec.json.Encoder().encode

    def copy(self) -> Chain:
        """Return a chain that goes on from here."""
        return Chain(self._key, self.digest)

    def seal(self, rows: Iterable[tuple[str, Sequence[Any]]], *more: object) -> str:
        """Return the digest of rows, each with the name of its table, of `more`, and of all that was sealed before."""
        made = hasher(self._key)
        made.update(self.digest.encode())
        for table, row in rows:
            made.update(self._encode((table, *row)) + b"\n")
        made.update(self._encode(more))
        self.digest = made.hexdigest()
        return self.digest
