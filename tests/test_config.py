from __future__ import annotations

import os
from pathlib import Path

import pytest

from tcpview_tui import config
from tcpview_tui.config import ConfigError, Settings, bounds, build, default_path, describe, load
from tcpview_tui.lookup.settings import Lookup

EVERYTHING = """
interval = 2
filter = "port:443 and not user:root"
names = true
offline = true
source = "psutil"
theme = "light"
ascii = true
mouse = false
traffic = false
findings = false
baseline = "fleet.json"
geo = "databases"
read_only = true
linger = 0.0

[keys]
end = "K"
sort = ["o", "F5"]
log = []

[references]
"Shodan" = ""
"own" = "https://example.net/{address}"

[lookup]
rdap_url = "http://127.0.0.1:8080/rdap"
dns_server = "[::1]:5353"
whois_server = "whois.example.net:4343"
whois_timeout = 30
name_timeout = 0.5
name_parallel = 2
cache_days = 0
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def refusal(file: Path) -> str:
    """What is said of a file, without its name at the beginning."""
    with pytest.raises(ConfigError) as caught:
        load(file)
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert sentence.startswith(f"{file}: ")
    assert sentence.endswith(".")
    return sentence.removeprefix(f"{file}: ")


def test_every_setting_is_read(file: Path) -> None:
    file.write_text(EVERYTHING)
    settings = load(file)
    assert settings == Settings(
        interval=2.0,
        filter="port:443 and not user:root",
        names=True,
        offline=True,
        source="psutil",
        theme="light",
        ascii=True,
        mouse=False,
        traffic=False,
        findings=False,
        baseline="fleet.json",
        geo="databases",
        references={"Shodan": "", "own": "https://example.net/{address}"},
        read_only=True,
        linger=0.0,
        keys={"end": "K", "sort": ["o", "F5"], "log": []},
        lookup=Lookup(
            rdap_url="http://127.0.0.1:8080/rdap",
            dns_server="[::1]:5353",
            whois_server="whois.example.net:4343",
            whois_timeout=30.0,
            name_timeout=0.5,
            name_parallel=2,
            cache_days=0.0,
        ),
    )


def test_the_example_sets_every_setting_to_another_value(file: Path) -> None:
    file.write_text(EVERYTHING)
    settings, usual = load(file), Settings()
    same = [n for n in Settings.__struct_fields__ if getattr(settings, n) == getattr(usual, n)]
    same += [n for n in Lookup.__struct_fields__ if getattr(settings.lookup, n) == getattr(usual.lookup, n)]
    assert same == []


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"\xef\xbb\xbfinterval = 1.0\n", b"interval = 1\r\n"])
def test_an_empty_file_and_what_windows_editors_write_are_fine(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert load(file) == Settings()


WRONG = {
    "interval = true": ("interval", "float", "bool"),
    'interval = "fast"': ("interval", "float", "str"),
    "interval = 0.4": ("interval", ">= 0.5"),
    "interval = 60.1": ("interval", "<= 60"),
    "interval = nan": ("interval", "float"),
    "interval = inf": ("interval", "<= 60"),
    "interval = -inf": ("interval", ">= 0.5"),
    "source = 'ss'": ("source", "'ss'", "auto, sockdiag, psutil"),
    "linger = -1": ("linger", ">= 0"),
    "linger = nan": ("linger", "float"),
    "linger = 3601": ("linger", "<= 3600"),
    "linger = 2026-01-01": ("linger", "float", "date"),
    "filter = 80": ("filter", "str", "int"),
    "names = 1": ("names", "bool", "int"),
    'names = "yes"': ("names", "bool", "str"),
    "ascii = []": ("ascii", "bool", "array"),
    'mouse = "off"': ("mouse", "bool"),
    "read_only = 0": ("read_only", "bool"),
    'findings = "no"': ("findings", "bool", "str"),
    "baseline = false": ("baseline", "str", "bool"),
    "theme = 1": ("theme", "str", "int"),
    'theme = "neon"': ("theme", "'neon'", "dark", "light"),
    "intervall = 1": ("intervall", "no such setting", "interval"),
    "lookup = 5": ("lookup", "a table", "int"),
    "[lookup]\nwhois = 1": ("[lookup] whois", "no such setting", "whois_server"),
    "[lookup]\nrdap_url = 5": ("lookup.rdap_url", "str", "int"),
    '[lookup]\nrdap_url = "ftp://x"': ("lookup.rdap_url", "ftp://x", "expected a URL"),
    '[lookup]\ndns_server = "a b"': ("lookup.dns_server", '"a b"', "host:port"),
    '[lookup]\nwhois_server = "x:99999"': ("lookup.whois_server", "x:99999", "host:port"),
    "[lookup]\nwhois_timeout = 0": ("lookup.whois_timeout", "0.5 to 300"),
    "[lookup]\nname_timeout = nan": ("lookup.name_timeout", "nan", "0.1 to 60"),
    "[lookup]\nname_parallel = 2.5": ("lookup.name_parallel", "int", "float"),
    "[lookup]\nname_parallel = 65": ("lookup.name_parallel", "65", "1 to 64"),
    "[lookup]\ncache_days = inf": ("lookup.cache_days", "inf", "0 to 365"),
    "keys = 5": ("keys", "a table", "int"),
    '[keys]\nfilter = "f"\nend = 5': ("keys.end", "expected a text or a list of texts", "int"),
    "[keys]\nend = {}": ("keys.end", "expected a text or a list of texts"),
    '[keys]\nfilter = "f"\nend = ["x", 5]': ("keys.end[1]", "expected str", "int"),
    '[keys]\n"\\u001b[2J" = 5': ("keys.\\x1b[2J", "expected a text"),
    "[other]\nx = 1": ("other", "no such setting"),
    "interval": ("not TOML", "'='", "end of document"),
    "interval = 1\ninterval = 2\n": ("not TOML", "overwrite", "line 2"),
    "interval = " + "9" * 5000: ("not TOML",),
    "interval = " + "[" * 20_000: ("not TOML",),
    '"a - at `$.b`" = 1': ("a - at `$.b`", "no such setting"),
}


@pytest.mark.parametrize(("content", "words"), WRONG.items(), ids=[text[:30] for text in WRONG])
def test_an_error_names_file_key_and_expectation(file: Path, content: str, words: tuple[str, ...]) -> None:
    file.write_text(content)
    said = refusal(file)
    assert said.startswith(words[0]) or words[0] == "not TOML"
    assert [word for word in words if word not in said] == []


def test_a_file_that_is_not_utf8(file: Path) -> None:
    file.write_bytes(b'filter = "caf\xe9"')
    assert refusal(file) == "byte 13 is not UTF-8; save the file as UTF-8 text."


def test_a_named_file_must_be_there_and_be_a_file(file: Path) -> None:
    assert "No such file" in refusal(file)
    file.mkdir()
    assert "directory" in refusal(file)


def test_a_file_that_may_not_be_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("")
    file.chmod(0)
    if os.geteuid() == 0:  # root may read everything: let the system refuse as it refuses others

        def refuse(*_: object, **__: object) -> str:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_text", refuse)
    assert refusal(file) == "the file cannot be read: Permission denied."


@pytest.mark.parametrize(
    "content",
    [
        '"\\u202e[/]" = 1',
        '"\\u001b]52;c;QQ==\\u0007" = 1',
        '"a\\nb" = 1',
        'theme = "\\u001b[2J"',
        '[lookup]\ndns_server = "\\u001b[2J"',
        '[lookup]\nrdap_url = "http://x/\\u009b2J"',
        '[lookup]\n"\\u202e" = 1',
    ],
)
def test_hostile_text_in_the_file_is_made_visible(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    assert "\\" in refusal(file)


@pytest.mark.parametrize("content", ["\x1b[2J = 1", "x = \u202e", "# \x07", "x = '\x9b2J"])
def test_hostile_text_that_is_not_toml_is_not_repeated(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    assert "not TOML" in refusal(file)


def test_a_hostile_path_is_made_visible(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "\x1b]0;x\x07\udcff.toml")
    assert str(caught.value).startswith(f"{tmp_path}/\\x1b]0;x\\x07\\xff.toml: ")


def test_the_default_file_is_read_when_there_is_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "default_path", lambda: file)
    assert load() == Settings()
    file.write_text("interval = 5")
    assert load().interval == 5
    file.write_text("interval = 500")
    with pytest.raises(ConfigError, match=r"config\.toml: interval: "):
        load()


def test_a_home_that_may_not_be_entered_has_no_default_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    assert load() == Settings()


def test_the_default_file_bears_the_name_of_the_program() -> None:
    assert default_path().parts[-2:] == ("tcpview-tui", "config.toml")


def test_every_setting_of_the_program_is_described() -> None:
    names = [name for name in Settings.__struct_fields__ if name != "lookup"]
    assert [name for name in names if not describe(name).endswith(".")] == []
    assert (bounds("interval"), bounds("linger")) == ((0.5, 60.0), (0.0, 3600.0))
    with pytest.raises(KeyError):
        bounds("filter")


def test_plain_values_make_settings() -> None:
    assert build({"interval": 3, "lookup": {"cache_days": 1}}).lookup.cache_days == 1.0
