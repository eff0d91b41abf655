"""Where a connection lives: in a container, else in a network namespace other than this program's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcpview_tui.model.connection import Namespace
    from tcpview_tui.model.row import Row


def container_of(row: Row) -> str | None:
    """Return the container of the process of a row, else its namespace; `None` when it is in neither."""
    container = row.owner.container if row.owner else None
    namespace = row.connection.namespace
    return namespace_label(namespace) if container is None and namespace else container


def namespace_label(namespace: Namespace) -> str:
    """Return the name of a namespace, else how the kernel counts it: ``netns:4026532245`` (namespaces(7))."""
    return namespace.name or f"netns:{namespace.inode}"
