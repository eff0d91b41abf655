"""Other keys for actions: from the names that people write to those that Textual knows, and back."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import REPLACED_KEYS, _character_to_key, key_to_character

from tcpview_tui.config import ConfigError
from tcpview_tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tcpview_tui.config import Keys
    from tcpview_tui.tui.action import Action

NEEDED = ("help", "quit")
"""Actions that keep a key: without them a person neither learns the others nor gets out."""

RESERVED = frozenset({"ctrl+c", "ctrl+q", "tab", "shift+tab"})
"""Keys that mean the same everywhere, in dialogs too; only an action that has one already may keep it."""

_TYPED = frozenset(
    keys[0].value
    for keys in ANSI_SEQUENCES_KEYS.values()
    if isinstance(keys, tuple) and len(keys) == 1 and not keys[0].value.startswith("<")
) - {"ctrl+@"}
"""The keys with a name that terminals send, as Textual names them. ``<scroll-up>`` is a wheel; Ctrl+Space is
``ctrl+@`` on one terminal and ``ctrl+space`` on the next."""

_NAMED = frozenset(key for key in _TYPED if "+" not in key) - {"space"} | {"menu"}
"""Keys that some terminals send with Ctrl and Shift, too (kitty's keyboard protocol, functional keys)."""

_SAME = {"ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""Keys that are one byte on a terminal line (the controls BS, HT, CR and ESC of ASCII, RFC 20)."""

_OTHERWISE = {
    "control": "ctrl",
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
    "ins": "insert",
}
"""Spellings that people are used to."""

_WRITTEN = {"escape": "Esc", "pageup": "PageUp", "pagedown": "PageDown", "space": "Space"}


def written(key: str) -> str:
    """Return a key of Textual's as people write it: ``full_stop`` is ``.``, ``ctrl+p`` is ``Ctrl+P``."""
    *modifiers, last = key.split("+")
    shown = _WRITTEN.get(last) or _character(last) or last.capitalize()
    if modifiers and len(shown) == 1:
        shown = shown.upper()
    return "+".join([*map(str.capitalize, modifiers), shown])


def typed(name: str) -> str:
    """Return Textual's name of a key that is written as `written` does. Letters have a case, names any case.

    Raises `ConfigError` for what no terminal sends, or each another way.
    """
    if len(name) == 1 and safe(name) == name and written(_character_to_key(name)) == name:
        return _character_to_key(name)
    *modifiers, last = (_OTHERWISE.get(part, part) for part in name.lower().split("+"))
    if modifiers == ["shift"] and len(last) == 1 and last.isalpha():
        return last.upper()
    key = "+".join([*sorted(modifiers), _character_to_key(last) if len(last) == 1 else last])
    if key not in _TYPED and not (last in _NAMED and {*modifiers} <= {"ctrl", "shift"}):
        raise ConfigError(_refusal(name, key))
    return key


def rebind(actions: Sequence[Action], keys: Mapping[str, Keys]) -> tuple[Action, ...]:
    """Return the actions, those named in `keys` with these keys in place of their own.

    Raises `ConfigError` that names the entry: no such action, no such key, one key for two actions, no way out.
    """
    known = {action.id: action for action in actions}
    given = {name: _keys(known, name, [wanted] if isinstance(wanted, str) else wanted) for name, wanted in keys.items()}
    rebound = tuple(replace(action, keys=given.get(action.id, action.keys)) for action in actions)
    _check_clashes(sorted(rebound, key=lambda action: action.id in given))
    return rebound


def _character(key: str) -> str:
    character = key_to_character(REPLACED_KEYS.get(key, key)) or ""
    return character if character.isprintable() else ""


def _keys(known: Mapping[str, Action], name: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return what Textual calls the keys that the action of that name is to have."""
    action = known.get(name)
    if action is None:
        near, ids = get_close_matches(name, known, 1), ", ".join(known)
        fitting = f"{near[0]} (actions: {ids})" if near else f"one of {ids}"
        raise ConfigError(f"keys.{name}: there is no such action; expected {fitting}.")
    try:
        keys = tuple(dict.fromkeys(map(typed, wanted)))
    except ConfigError as error:
        raise ConfigError(f"keys.{name}: {error}") from error
    for key in RESERVED & {*keys} - {*action.keys}:
        raise ConfigError(f"keys.{name}: {written(key)} does the same everywhere, so no other action can have it.")
    if not keys and name in NEEDED:
        raise ConfigError(f"keys.{name}: nobody could reach {action.title} any more; expected at least one key.")
    return keys


def _check_clashes(actions: Iterable[Action]) -> None:
    """Raise `ConfigError` when an action has a key of one before it."""
    owners: dict[str, Action] = {}
    for action in actions:
        for key in action.keys:
            owner = owners.setdefault(key, action)
            if owner is not action and owner.meets(action):
                raise ConfigError(
                    f"keys.{action.id}: {written(key)} is already the key of {owner.title}; "
                    f"give that another one too (keys.{owner.id} = ...)."
                )


def _refusal(name: str, key: str) -> str:
    shown = f"'{safe(name, 20)}'"
    if not name:
        return "an empty text is no key; expected a key, or [] to take all keys away."
    if key in _SAME:
        return f"{shown} and {written(_SAME[key])} are one key on a terminal; expected another one."
    if "alt" in key.split("+"):
        return f"{shown} is Esc and then the other key on a terminal; expected a key without Alt."
    near = get_close_matches(written(key), map(written, sorted(_TYPED)), 1)
    examples = "a character, or a name such as Space, PageUp, F5 or Ctrl+P"
    return f"{shown} is no key that terminals send; expected {near[0] if near else examples}."
