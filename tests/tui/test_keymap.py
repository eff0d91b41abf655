from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from tcpview_tui.config import ConfigError, Keys
from tcpview_tui.tui.actions import ACTIONS
from tcpview_tui.tui.keymap import NEEDED, RESERVED, rebind, typed, written


def keys_of(name: str, **keys: Keys) -> tuple[str, ...]:
    return {action.id: action.keys for action in rebind(ACTIONS, keys)}[name]


def refusal(**keys: Keys) -> str:
    with pytest.raises(ConfigError) as caught:
        rebind(ACTIONS, keys)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert sentence.endswith(".")
    return sentence


def sent(raw: str) -> str:
    """What Textual makes of bytes from a terminal."""
    parser = XTermParser()
    (key,) = (event.key for event in [*parser.feed(raw), *parser.feed("")] if isinstance(event, events.Key))
    return key


WRITTEN = {
    "space": "Space",
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
    "slash": "/",
    "comma": ",",
    "question_mark": "?",
    "escape": "Esc",
    "enter": "Enter",
    "up": "Up",
    "pageup": "PageUp",
    "pagedown": "PageDown",
    "home": "Home",
    "end": "End",
    "delete": "Delete",
    "f1": "F1",
    "f12": "F12",
    "ctrl+p": "Ctrl+P",
    "menu": "Menu",
    "shift+f10": "Shift+F10",
    "ctrl+enter": "Ctrl+Enter",
    "ctrl+backslash": "Ctrl+\\",
    "ctrl+shift+up": "Ctrl+Shift+Up",
    "shift+left": "Shift+Left",
    "k": "k",
    "K": "K",
    "4": "4",
    "é": "é",
    "section_sign": "§",
}


@pytest.mark.parametrize(("key", "name"), WRITTEN.items())
def test_keys_are_read_as_they_are_shown(key: str, name: str) -> None:
    assert (written(key), typed(name)) == (name, key)


def test_every_key_of_the_program_is_read_as_it_is_shown() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert [typed(written(key)) for key in keys] == keys


@pytest.mark.parametrize("character", sorted(set(string.printable) - set(string.whitespace)))
def test_a_character_is_the_key_that_sends_it(character: str) -> None:
    assert typed(character) == sent(character)


@pytest.mark.parametrize(
    ("name", "raw"),
    [("Space", " "), ("Ctrl+P", "\x10"), ("F5", "\x1b[15~"), ("PageUp", "\x1b[5~"), ("Shift+F10", "\x1b[21;2~")],
)
def test_a_name_is_the_key_that_sends_it(name: str, raw: str) -> None:
    assert typed(name) == sent(raw)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("space", "space"),
        ("PAGEUP", "pageup"),
        ("PgUp", "pageup"),
        ("Escape", "escape"),
        ("return", "enter"),
        ("del", "delete"),
        ("ctrl+P", "ctrl+p"),
        ("Control+p", "ctrl+p"),
        ("Shift+k", "K"),
        ("Shift+Ctrl+Up", "ctrl+shift+up"),
        ("f5", "f5"),
        (" ", "space"),
    ],
)
def test_names_have_any_case_and_spelling_that_people_are_used_to(name: str, key: str) -> None:
    assert typed(name) == key


@given(st.text())
def test_what_is_read_is_shown_so_that_it_is_read_again(name: str) -> None:
    try:
        key = typed(name)
    except ConfigError as error:
        assert str(error).isprintable()
    else:
        assert typed(written(key)) == key


def test_without_other_keys_the_actions_are_as_they_are() -> None:
    assert rebind(ACTIONS, {}) == ACTIONS


def test_an_action_gets_other_keys_and_the_rest_keeps_its_own() -> None:
    rebound = rebind(ACTIONS, {"end": ["Ctrl+K", "Delete", "ctrl+k"], "sort": "F8", "log": []})
    changed = {new.id: new.keys for old, new in zip(ACTIONS, rebound, strict=True) if new != old}
    assert changed == {"end": ("ctrl+k", "delete"), "sort": ("f8",), "log": ()}
    assert {action.key_names for action in rebound if action.id == "sort"} == {("F8",)}


def test_two_actions_change_keys() -> None:
    assert keys_of("filter", filter="k", end="/") == ("k",)
    assert keys_of("end", filter="k", end="/") == ("slash",)


CLASHES: list[tuple[dict[str, Keys], str]] = [
    ({"filter": "k"}, "keys.filter: k is already the key of End process; give that another one too (keys.end = ...)."),
    ({"end": ["F8", "?"]}, "keys.end: ? is already the key of Help; give that another one too (keys.help = ...)."),
    ({"end": "F9", "sort": "F9"}, ": F9 is already the key of "),
]


@pytest.mark.parametrize(("keys", "sentence"), CLASHES)
def test_one_key_for_two_actions_is_refused(keys: dict[str, Keys], sentence: str) -> None:
    assert sentence in refusal(**keys)


REFUSED: list[tuple[dict[str, Keys], tuple[str, ...]]] = [
    ({"filtr": "F9"}, ("keys.filtr: there is no such action; expected filter (actions: filter, ", "quit")),
    ({"zzz": "F9"}, ("keys.zzz: there is no such action; expected one of filter, ",)),
    ({"\x1b]52;c;\x07": "F9"}, ("keys.\\x1b]52;c;\\x07: ",)),
    ({"filter": "Spce"}, ("keys.filter: 'Spce' is no key that terminals send; expected Space.",)),
    ({"filter": "Hyper+F"}, ("'Hyper+F' is no key",)),
    ({"filter": "ctrl+shift+k"}, ("'ctrl+shift+k' is no key",)),
    ({"filter": "Ctrl+Space"}, ("'Ctrl+Space' is no key",)),
    ({"filter": "\x1b"}, ("'\\x1b' is no key", "a character, or a name such as Space")),
    ({"filter": "<scroll-up>"}, ("is no key",)),
    ({"filter": "/, F9"}, ("'/, F9' is no key",)),
    ({"filter": ["F9", ""]}, ("keys.filter: an empty text is no key", "[]")),
    ({"filter": "Ctrl+I"}, ("'Ctrl+I' and Tab are one key on a terminal",)),
    ({"filter": "ctrl+["}, ("'ctrl+[' and Esc are one key",)),
    ({"filter": "Alt+F"}, ("'Alt+F' is Esc and then", "without Alt")),
    ({"filter": "Ctrl+Q"}, ("keys.filter: Ctrl+Q does the same everywhere",)),
    ({"filter": "Tab"}, ("keys.filter: Tab does the same everywhere",)),
    ({"quit": []}, ("keys.quit: nobody could reach Quit any more",)),
    ({"help": []}, ("keys.help: nobody could reach Help any more",)),
]


@pytest.mark.parametrize(("keys", "words"), REFUSED, ids=[str(keys) for keys, _ in REFUSED])
def test_what_cannot_be_is_refused_in_a_sentence(keys: dict[str, Keys], words: tuple[str, ...]) -> None:
    said = refusal(**keys)
    assert [word for word in words if word not in said] == []


def test_an_action_may_keep_a_reserved_key_it_has() -> None:
    assert keys_of("quit", quit=["F8", "Ctrl+Q"]) == ("f8", "ctrl+q")


def test_the_program_keeps_its_own_rules() -> None:
    known = {action.id: action for action in ACTIONS}
    assert all(known[name].keys for name in NEEDED)
    assert all(typed(written(key)) == key for key in RESERVED)
