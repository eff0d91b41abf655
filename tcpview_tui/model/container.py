"""Where a connection lives: in a container, else in a network namespace other than this program's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Connection, Namespace
    from tcpview_tui.model.row import Row


def container_of(row: Row) -> str | None:
    """Return the container of the process of a row, else its namespace; `None` when it is in neither."""
    container = row.owner.container if row.owner else None
    namespace = row.connection.namespace
    return namespace_label(namespace) if container is None and namespace else container


def namespace_label(namespace: Namespace) -> str:
    """Return the name of a namespace, else its inode, as lsns(8) lists it: ten digits, whole in a narrow column."""
    return namespace.name or str(namespace.inode)


def elsewhere(connection: Connection) -> str:
    """Return what follows the ends of a connection that is not in this program's own namespace; else nothing.

    `` in docker:0123456789ab`` when its process is in a container, `` in netns web`` when not.
    """
    if connection.namespace is None:
        return ""
    container = connection.owner.container if connection.owner else None
    return f" in {container or f'netns {namespace_label(connection.namespace)}'}"
