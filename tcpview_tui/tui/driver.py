"""Textual's driver for POSIX terminals, made to survive what real lines do: noise, and going dead."""

from __future__ import annotations

import os
import selectors
import signal
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from typing import TextIO

_READ_SIZE = 4096
_TICK = 0.1
"""Seconds after which an Esc that nothing followed counts as the key."""


class TerminalDriver(LinuxDriver):
    """Ends the program when the terminal is gone, also without SIGHUP, and reads bytes that are not UTF-8 as U+FFFD.

    Textual's own input thread reads a dead terminal again and again without a pause, and a single byte that is not
    UTF-8 (a Latin-1 keyboard, noise) ends the program with a traceback; its output thread ends at the first write
    that fails, after which the thirtieth write blocks for ever.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._file = cast("Any", _LossyStream(cast("TextIO", self._file)))

    def run_input_thread(self) -> None:
        """Pass on what is typed until told to stop, or until nobody is there any more."""
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_TICK):
                    data = self._read()
                    if not data:
                        os.kill(os.getpid(), signal.SIGHUP)
                        return
                    text = decode(data)  # empty in the middle of a character, and to the parser that means the end
                    for event in parser.feed(text) if text else ():
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ_SIZE)
        except OSError:  # EIO: the terminal has hung up
            return b""


class _LossyStream:
    """A stream that drops what can no longer be written."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
