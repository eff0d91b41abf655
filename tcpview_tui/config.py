"""The settings: each declared once here, with its default, its bounds and its help; read from a TOML file."""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
import platformdirs
from msgspec import Meta

from tcpview_tui.lookup.references import merged
from tcpview_tui.lookup.settings import Lookup, check
from tcpview_tui.sources.choose import SOURCE_NAMES, SourceName
from tcpview_tui.text import safe
from tcpview_tui.tui.theme import THEME_NAMES

if TYPE_CHECKING:
    from pathlib import Path

APP_NAME = "tcpview-tui"

Keys = str | list[str]
"""The keys of an action, as the help spells them. Which actions and keys there are, `tui/keymap.py` knows."""


_CHOICES = {"theme": THEME_NAMES, "source": SOURCE_NAMES}
"""The settings that are one of a few words."""


class ConfigError(Exception):
    """A sentence that names the file, the key and what was expected. It is safe to print."""

    def __init__(self, sentence: str) -> None:
        super().__init__(safe(sentence))


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Everything that can be set. Options of the command line have the same names and win over the file."""

    interval: Annotated[float, Meta(ge=0.5, le=60, description="Seconds between two looks.")] = 1.0
    filter: Annotated[str, Meta(description="Show only what matches this filter expression.")] = ""
    names: Annotated[bool, Meta(description="Look up the names of remote addresses (reverse DNS).")] = False
    theme: Annotated[str, Meta(description=f"Colours: {', '.join(THEME_NAMES)}.")] = THEME_NAMES[0]
    ascii: Annotated[bool, Meta(description="Draw with ASCII characters only.")] = False
    traffic: Annotated[bool, Meta(description="Mark the rows that carried traffic in the last look.")] = True
    mouse: Annotated[bool, Meta(description="Take mouse clicks and the wheel.")] = True
    findings: Annotated[bool, Meta(description="Judge what is seen, and mark what is suspicious.")] = True
    baseline: Annotated[
        str, Meta(description="Mark what is new to the baseline in this file, not in that of this user.")
    ] = ""
    read_only: Annotated[bool, Meta(description="Offer no action that changes the system.")] = False
    offline: Annotated[
        bool, Meta(description="Send nothing to anybody: names from the hosts file, Whois from the cache only.")
    ] = False
    source: Annotated[SourceName, Meta(description="What reads the connections; auto is the best that works.")] = "auto"
    linger: Annotated[float, Meta(ge=0, le=3600, description="Seconds that a closed row and a highlight stay.")] = 3.0
    keys: Annotated[dict[str, Keys], Meta(description="Other keys for actions: one, a list, or [] for none.")] = {}
    geo: Annotated[
        str, Meta(description="Folder of your address databases (.mmdb), in place of geo in the data folder.")
    ] = ""
    references: Annotated[
        dict[str, str],
        Meta(description="Web pages: a name, and a URL with {address} or {sha256}; an empty one removes it."),
    ] = {}
    lookup: Lookup = Lookup()


def default_path() -> Path:
    """Return where the configuration file is looked for when none is named."""
    return platformdirs.user_config_path(APP_NAME, appauthor=False) / "config.toml"


def describe(name: str) -> str:
    """Return the help of a setting."""
    return next((meta.description or "" for meta in _metas(name)), "")


def bounds(name: str) -> tuple[float, float]:
    """Return the least and the greatest value of a number. Raises KeyError for a setting without bounds."""
    for meta in _metas(name):
        if meta.ge is not None and meta.le is not None:
            return float(meta.ge), float(meta.le)
    raise KeyError(name)


def choices(name: str) -> tuple[str, ...]:
    """Return the words that a setting can be. Raises KeyError for a setting that can be others, too."""
    return _CHOICES[name]


def load(path: Path | None = None) -> Settings:
    """Return the settings in `path`, or in the default file if there is one, else the defaults.

    Raises `ConfigError` when a named file is missing, or when any file cannot be read or understood.
    """
    file = path or default_path()
    if path is None and not os.path.exists(file):  # noqa: PTH110 - false, too, where one may not look (su, sudo -E)
        return Settings()
    if path is None and not os.path.isfile(file):  # noqa: PTH113 - likewise; a pipe would be waited for
        raise ConfigError(f"{file}: this is no regular file, and the settings are only read from one.")
    try:
        return build(tomllib.loads(file.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise ConfigError(f"{file}: the file cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: byte {error.start} is not UTF-8; save the file as UTF-8 text.") from error
    except (ValueError, RecursionError) as error:  # beside TOMLDecodeError: a number of 5,000 digits, deep nesting
        raise ConfigError(f"{file}: this is not TOML: {error}.") from error
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from error


def build(values: dict[str, Any]) -> Settings:
    """Return settings made of plain values. Raises `ConfigError` that names the key and what was expected."""
    try:
        settings = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(_sentence(str(error).replace("keys[...]", f"keys.{_wrong_entry(values)}"))) from error
    if settings.theme not in THEME_NAMES:
        raise ConfigError(_no_choice("theme", settings.theme))
    try:
        check(settings.lookup)
        merged(settings.references)
    except ValueError as error:
        raise ConfigError(f"{error}.") from error
    return settings


@cache
def _hints() -> dict[str, Any]:
    """Return the types of all settings: every option asks for the help of one, and finding all takes a millisecond."""
    return get_type_hints(Settings, include_extras=True)


def _metas(name: str) -> list[Meta]:
    hint = _hints()[name]
    return [part for part in get_args(hint)[1:] if isinstance(part, Meta)] if get_origin(hint) is Annotated else []


def _wrong_entry(values: dict[str, Any]) -> str:
    """Return the first entry of the keys that is of the wrong type: msgspec says ``[...]`` in place of its name."""
    keys = values.get("keys")
    for name, value in keys.items() if isinstance(keys, dict) else ():
        try:
            msgspec.convert(value, Keys)
        except msgspec.ValidationError:
            return str(name)
    return "..."


def _no_choice(name: str, value: str) -> str:
    return f"{name}: {value!r} is no {name}; expected one of {', '.join(_CHOICES[name])}."


def _sentence(message: str) -> str:
    """Turn msgspec's "Expected `float` >= 0.5 - at `$.interval`" into "interval: expected float >= 0.5."."""
    found = re.fullmatch(r"(.*?)(?: - at `\$\.?([^`]*)`)?", message, re.DOTALL)
    text, key = (found[1], found[2]) if found else (message, None)
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", text, re.DOTALL)
    if unknown:
        where = f"[{key}] " if key else ""
        known = Lookup if key == "lookup" else Settings
        return f"{where}{unknown[1]}: there is no such setting; expected one of {', '.join(known.__struct_fields__)}."
    strange = re.fullmatch(r"Invalid enum value '(.*)'", text, re.DOTALL)
    if strange and key in _CHOICES:
        return _no_choice(key, strange[1])
    text = text.replace("Expected `object`", "expected a table").replace("`str | array`", "a text or a list of texts")
    text = text.replace("`", "")
    return f"{key or 'the file'}: {text[:1].lower()}{text[1:]}."
