"""What looks have found and no reading has told yet: more than one look when something raised in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.sources.seen import Changes, Socket, SocketId


class Unsettled:
    """The changes of some looks, merged: never more than there are sockets and were connections.

    A socket that has ended since is in `gone` alone; one that came and went unread is nowhere.
    """

    def __init__(self) -> None:
        self.fresh: dict[Socket, bool] = {}
        """With whether it can be old, because nothing was known of its namespace before."""
        self.altered: dict[Socket, bool] = {}
        """With whether its inode is another: it has been accepted, or closed."""
        self.moved: dict[Socket, None] = {}
        self.gone: dict[SocketId, None] = {}

    def add(self, look: Changes) -> None:
        """Take in a later look."""
        for socket in look.gone:
            self.altered.pop(socket, None)
            self.moved.pop(socket, None)
            if self.fresh.pop(socket, None) is None:
                self.gone[socket.id] = None
        self.fresh |= dict.fromkeys(look.fresh, look.is_first)
        self.moved |= dict.fromkeys(look.moved)
        for socket in look.altered:
            self.altered[socket] = self.altered.get(socket, False) or socket.inode != socket.before

    @property
    def stale(self) -> set[Socket]:
        """The sockets whose connection is not what it was."""
        return {*self.fresh, *self.altered}

    @property
    def counted(self) -> set[Socket]:
        """The sockets whose counters may be others."""
        return {*self.fresh, *self.altered, *self.moved}

    @property
    def sought(self) -> set[int]:
        """The inodes whose processes nobody has looked for."""
        accepted = (socket for socket, is_other in self.altered.items() if is_other)
        return {socket.inode for socket in (*self.fresh, *accepted) if socket.inode}
