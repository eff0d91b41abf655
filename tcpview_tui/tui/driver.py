"""Textual's driver for POSIX terminals, made to survive what real lines do: noise, strange reports, and going dead."""

from __future__ import annotations

import os
import re
import selectors
import signal
import termios
import time
import tty
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tcpview_tui.tui.keys import TWICE
from tcpview_tui.tui.terminal import LEAVE

if TYPE_CHECKING:
    from typing import TextIO

    from textual.message import Message

_READ_SIZE = 4096
_TICK = 0.1
"""Seconds after which an Esc that nothing followed counts as the key."""

_MOST_CELLS = 1000
"""Columns or lines beyond which a reported size is noise: every cell costs memory."""

_INTERRUPTS = (b"\x03", b"\x1b[99;5u")
"""Ctrl-C, plain and in the kitty protocol. Once, it is a key; twice, it must work when nothing else does any more."""

_ESC_AND_KEY = re.compile(r"\x1b(?=[\x00-\x1a\x1c-@`{-~])")
"""Esc and a key of its own that arrived together. The parser takes both for one key: Esc Enter would be Enter, and
would confirm what was cancelled. Esc and a letter are Alt and the letter to it, which `keys` takes apart."""

_REPLY = re.compile(r"\x1b[P\]_^X].{0,4096}?(?:\x07|\x1b\\)", re.DOTALL)
"""A terminal's late answer to another program (DCS, OSC, APC, PM, SOS; ECMA-48): its letters are no keys."""

_PASTE, _PASTED = "\x1b[200~", "\x1b[201~"


class TerminalDriver(LinuxDriver):
    """Ends the program when the terminal is gone, also without SIGHUP, and lets no input end it otherwise.

    Textual's own input thread reads a dead terminal again and again without a pause, and a byte that is not UTF-8 or
    a report with strange numbers ends the program with a traceback; its output thread ends at the first write that
    fails, after which the thirtieth write blocks for ever.
    """

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(app, **options)
        self._file = cast("Any", _LossyStream(cast("TextIO", self._file)))
        self._parser = XTermParser(self._debug)
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._held = ""
        self._pasting = False
        self._interrupted_at = -TWICE

    def start_application_mode(self) -> None:
        """Take signals before the terminal is changed, so that none leaves it changed."""
        cast("Any", self._app).catch_signals()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def abandon(self) -> None:
        """Give the terminal back without waiting for anything: the program ends at once, and nothing else works."""
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        with suppress(OSError):
            line = cast("TextIO", self._file).fileno()
            os.set_blocking(line, False)
            try:
                os.write(line, LEAVE.encode())
            finally:
                os.set_blocking(line, True)  # the shell has the same open file

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again after a stop. Only Ctrl-Z has given it back before; SIGSTOP gives no time to.

        Textual would start its threads a second time, and take our modes for those that the shell wants back.
        """
        if self._must_signal_resume:
            super()._sigcont_application()
            return
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self._raw(self.attrs_before))
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        self._enable_mouse_support()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        self._app.call_later(self._app.refresh, layout=True)

    def _raw(self, modes: Any) -> list[Any]:
        """Return the modes as Textual sets them (termios(3)), made of those of the shell."""
        raw = list(modes)
        raw[tty.LFLAG] = self._patch_lflag(raw[tty.LFLAG])
        raw[tty.IFLAG] = self._patch_iflag(raw[tty.IFLAG])
        raw[tty.CC] = [*raw[tty.CC]]
        raw[tty.CC][termios.VMIN] = 1
        return raw

    def run_input_thread(self) -> None:
        """Pass on what is typed until told to stop, or until nobody is there any more."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_TICK):
                    data = self._read()
                    if not data or self._insists(data):
                        os.kill(os.getpid(), signal.SIGINT if data else signal.SIGHUP)
                        if not data:
                            return
                        continue
                    self._take(self._decode(data))
                    if self._pasting and data.endswith(b"\x03"):  # a paste whose end never comes swallows every key
                        os.kill(os.getpid(), signal.SIGINT)
                elif self._held:
                    self._held = ""
                    self.process_message(events.Key("escape", "\x1b"))
                for event in self._parser.tick():
                    self.process_message(event)

    def process_message(self, message: Message) -> None:
        """Pass an event on, unless it tells of a screen that cannot be."""
        if isinstance(message, events.Resize) and not all(0 < side <= _MOST_CELLS for side in message.size):
            return
        super().process_message(message)

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ_SIZE)
        except OSError:  # EIO: the terminal has hung up
            return b""

    def _insists(self, data: bytes) -> bool:
        """Return whether this ends with a second Ctrl-C, at once and with nothing between."""
        interrupt = next((each for each in _INTERRUPTS if data.endswith(each)), b"")
        before, now = self._interrupted_at, time.monotonic()
        self._interrupted_at = now if interrupt else -TWICE
        if not interrupt:
            return False
        return data.endswith(interrupt * 2) or (data == interrupt and now - before <= TWICE)

    def _take(self, text: str) -> None:
        text, self._held = self._held + text, ""
        if self._pasting or _PASTE in text:
            if _PASTE in text or _PASTED in text:
                self._pasting = text.rfind(_PASTE) > text.rfind(_PASTED)
            self._parse(text)
            return
        text = _REPLY.sub("", text)
        if text.endswith("\x1b"):
            text, self._held = text[:-1], "\x1b"
        *before, last = _ESC_AND_KEY.split(text)
        for piece in before:
            self._parse(piece)
            self.process_message(events.Key("escape", "\x1b"))
        self._parse(last)

    def _parse(self, text: str) -> None:
        if not text:  # to the parser, that means the end of the line
            return
        try:
            for event in self._parser.feed(text):
                self.process_message(event)
        except (ValueError, ArithmeticError, LookupError):
            self._parser = XTermParser(self._debug)


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
