"""The command line from outside: exit status, standard output, standard error."""

from __future__ import annotations

import errno
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tcpview_tui import __version__, cli, config, usage
from tcpview_tui.config import Settings, describe
from tcpview_tui.memory import Memory, save
from tcpview_tui.remembered import Remembered
from tcpview_tui.sources.base import Source
from tcpview_tui.text import safe
from tests.fakes import FakeClock

PATIENCE = 60


class Said:
    """What a run of the program printed, and how it ended."""

    def __init__(self, *arguments: str | bytes, terminal: bool = False, **environment: str) -> None:
        command = [sys.executable, "-m", "tcpview_tui", *arguments]
        inherited = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "TERM"}}
        main, end = pty.openpty()
        try:
            stdin, stdout = (end, end) if terminal else (subprocess.DEVNULL, subprocess.PIPE)
            run = subprocess.run(
                command,
                stdin=stdin,
                stdout=stdout,
                stderr=subprocess.PIPE,
                env=inherited | environment,
                timeout=PATIENCE,
                check=False,
            )
            os.set_blocking(main, False)
            self.drawn = _rest(main)
        finally:
            os.close(main)
            os.close(end)
        self.status = run.returncode
        self.out = (run.stdout or b"").decode()
        self.err = run.stderr.decode()
        assert "Traceback" not in self.err


def _rest(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except BlockingIOError:
        return b""


def refused(*arguments: str | bytes, **options: Any) -> str:
    """Run with wrong usage, and return what was said about it: two or three lines at most, all of them harmless."""
    said = Said(*arguments, **options)
    assert (said.status, said.out, said.drawn) == (2, "", b"")
    assert said.err.startswith("tcpview-tui: ")
    assert [line for line in said.err.splitlines() if safe(line, 10_000) != line] == []
    assert 1 <= said.err.count("\n") <= 3
    return said.err


def test_the_version() -> None:
    said = Said("--version")
    assert (said.status, said.out, said.err) == (0, f"tcpview-tui, version {__version__}\n", "")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_describes_every_option(option: str) -> None:
    said = Said(option)
    assert (said.status, said.err) == (0, "")
    told = "".join(said.out.split())
    for parameter in cli.live.params:
        assert isinstance(parameter, click.Option)
        assert [name for name in (*parameter.opts, *parameter.secondary_opts) if name not in told] == []
        assert parameter.help
        assert "".join(parameter.help.split()) in told


def test_every_setting_is_an_option_with_the_same_help() -> None:
    options = {parameter.name: parameter for parameter in cli.live.params if isinstance(parameter, click.Option)}
    for name in Settings.__struct_fields__:
        if name not in {"keys", "lookup", "references"}:
            assert options[name].help == describe(name)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--interval", "0.4"], ["--interval", "0.4", "0.5<=x<=60"]),
        (["--interval", "61"], ["--interval", "61"]),
        (["--interval", "fast"], ["--interval", "fast"]),
        (["--interval", ""], ["--interval"]),
        (["--interval", "nan"], ["interval", "0.5"]),
        (["--interval", "inf"], ["--interval", "inf"]),
        (["--linger", "-1"], ["--linger", "-1"]),
        (["--linger", "nan"], ["linger"]),
        (["--theme", "neon"], ["--theme", "neon", "colour-blind"]),
        (["--source", "ss"], ["--source", "ss", "sockdiag"]),
        (["--interval"], ["--interval", "argument"]),
        (["--bogus"], ["--bogus", "--help"]),
        (["extra"], ["extra", "--help"]),
        (["--config", "/nonexistent/config.toml"], ["/nonexistent/config.toml", "No such file"]),
        (["--config", "/"], ["/: ", "directory"]),
        (["x\x1b]52;c;QQ==\x07"], ["x\\x1b]52;c;QQ==\\x07"]),
        (["--x\x1b[2J\nnext"], ["--help"]),
        ([b"\xff\xfe"], ["--help"]),
        (["--config", b"/nonexistent/\x1b[2J\xff"], ["/nonexistent/\\x1b[2J\\xff"]),
    ],
    ids=repr,
)
def test_a_bad_option_is_refused_in_a_sentence(arguments: list[str | bytes], words: list[str]) -> None:
    said = refused(*arguments)
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize(
    ("expression", "marked"),
    [("port:abc", "abc"), ("user:root and (ssh", "("), ("bogus:1", "bogus"), ("a\x1b[2J bogus:1", "\\x1b")],
)
def test_a_bad_filter_is_pointed_at(expression: str, marked: str) -> None:
    sentence, shown, pointer = refused("--filter", expression).splitlines()
    assert sentence.startswith("tcpview-tui: --filter: At character ")
    assert "expected" in sentence
    assert shown == f"  {safe(expression)}"
    assert set(pointer.strip()) == {"^"}
    start = pointer.index("^")
    assert shown[start:].startswith(marked)


def test_a_bad_filter_in_the_file_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('filter = "port:abc"')
    assert refused("--config", str(file)).startswith(f"tcpview-tui: {file}: filter: At character 6")


def test_a_bad_setting_in_the_file_names_file_key_and_expectation(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("interval = 0.1")
    assert refused("--config", str(file)) == f"tcpview-tui: {file}: interval: expected float >= 0.5.\n"


def test_a_source_that_is_none_is_answered_with_those_there_are(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('source = "ss"')
    said = refused("--config", str(file))
    assert said == f"tcpview-tui: {file}: source: 'ss' is no source; expected one of auto, sockdiag, psutil.\n"


def test_a_source_that_this_system_lacks_is_refused_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(*_: object) -> Source:
        raise OSError(errno.EPROTONOSUPPORT, "this system has no sock_diag")

    monkeypatch.setattr(usage, "choose", choose)
    with pytest.raises(usage.WrongUsageError, match="sockdiag: this system has no sock_diag"):
        usage.chosen(Settings(source="sockdiag"), FakeClock())


def test_without_a_terminal_there_is_no_live_table() -> None:
    assert "standard input is not a terminal" in refused()
    result = CliRunner().invoke(cli.live, [])
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_standard_output_that_is_no_terminal_stays_empty() -> None:
    main, end = pty.openpty()
    try:
        command = [sys.executable, "-m", "tcpview_tui"]
        run = subprocess.run(command, stdin=end, capture_output=True, timeout=PATIENCE, check=False)
    finally:
        os.close(main)
        os.close(end)
    assert (run.returncode, run.stdout) == (2, b"")
    assert b"standard output is not a terminal" in run.stderr


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_a_terminal_that_cannot_move_its_cursor_is_refused(term: str) -> None:
    said = Said(terminal=True, TERM=term)
    assert (said.status, said.drawn) == (2, b"")
    assert "TERM" in said.err


@pytest.mark.parametrize("option", ["--bogus", "--help", "--filter=port:x"])
def test_closed_standard_streams_end_in_an_exit_status(option: str) -> None:
    code = "import os, sys; os.closerange(0, 3); os.execv(sys.executable, sys.argv[1:])"
    program = [sys.executable, "-m", "tcpview_tui", option]
    run = subprocess.run([sys.executable, "-c", code, *program], timeout=PATIENCE, check=False)
    assert run.returncode == (0 if option == "--help" else 2)


def test_a_home_of_somebody_else_is_no_error(tmp_path: Path) -> None:
    """`su` keeps HOME: the default file then lies where the user may not look."""
    (tmp_path / "tcpview-tui").symlink_to(tmp_path / "tcpview-tui")  # a look into a loop fails for root, too
    assert "standard input" in refused(XDG_CONFIG_HOME=str(tmp_path))


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ('filter = "k"', "keys.filter: k is already the key of End process; "),
        ('end = "\\u001b[2J"', "keys.end: '\\x1b[2J' is no key"),
        ("quit = []", "keys.quit: "),
        ('kill = "K"', "keys.kill: there is no such action"),
    ],
)
def test_keys_that_cannot_be_are_refused_before_the_terminal_is_touched(tmp_path: Path, keys: str, told: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[keys]\n{keys}")
    said = refused("--config", str(file), terminal=True, TERM="xterm", XDG_CONFIG_HOME=str(tmp_path))
    assert said.startswith(f"tcpview-tui: {file}: {told}")


@pytest.fixture
def memories() -> list[Memory]:
    """What the runs that were started remember."""
    return []


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, memories: list[Memory]) -> list[Settings]:
    """The settings of the runs that were started."""
    started: list[Settings] = []

    def begin(settings: Settings, memory: Memory, _: Path) -> int:
        started.append(settings)
        memories.append(memory)
        return 0

    for module in (cli, config, usage):
        monkeypatch.setattr(module, "default_path", lambda: tmp_path / "config.toml")
    monkeypatch.setattr(cli, "check_terminal", lambda _: None)
    monkeypatch.setattr(cli, "run", begin)
    return started


def invoke(*arguments: str) -> int:
    result = CliRunner().invoke(cli.live, list(arguments), standalone_mode=False)
    if result.exception:
        raise result.exception
    status: int = result.return_value
    return status


def test_options_become_settings(run: list[Settings], tmp_path: Path) -> None:
    empty = tmp_path / "empty.toml"
    empty.write_text("")
    switches = ["--names", "--offline", "--ascii", "--no-mouse", "--no-traffic", "--read-only"]
    values = ["--interval", "2", "--filter", "is:new", "--theme", "ansi", "--linger", "7", "--source", "psutil"]
    assert invoke("--config", str(empty), *switches, *values) == 0
    assert run == [
        Settings(
            interval=2.0,
            filter="is:new",
            names=True,
            offline=True,
            theme="ansi",
            ascii=True,
            mouse=False,
            traffic=False,
            read_only=True,
            source="psutil",
            linger=7.0,
        )
    ]


def test_an_option_wins_over_the_file_and_the_file_over_the_default(run: list[Settings], tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        'interval = 5\nlinger = 9\nnames = true\nmouse = false\nfilter = "ssh"\nread_only = true\n'
        "[lookup]\ncache_days = 1\n"
    )
    invoke("--config", str(file), "--interval", "2", "--no-names", "--mouse", "--filter", "")
    (settings,) = run
    assert (settings.interval, settings.names, settings.mouse, settings.filter) == (2.0, False, True, "")
    assert (settings.linger, settings.read_only, settings.lookup.cache_days) == (9.0, True, 1.0)


def test_a_filter_given_as_an_option_hides_a_bad_one_in_the_file(run: list[Settings], tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('filter = "port:abc"')
    invoke("--config", str(file), "--filter", "ssh")
    assert run[0].filter == "ssh"


def test_what_is_remembered_wins_over_the_file_and_an_option_over_both(run: list[Settings], tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('interval = 5\ntheme = "ansi"\nlinger = 9\nfilter = "nginx"')
    save(tmp_path, Remembered(interval=7.0, theme="light", filter="ssh"))
    invoke("--theme", "dark")
    invoke("--filter", "", "--interval", "2")
    assert run[0] == Settings(interval=7.0, theme="dark", filter="ssh", linger=9.0)
    assert run[1] == Settings(interval=2.0, theme="light", filter="", linger=9.0)


def test_a_fresh_run_neither_knows_nor_remembers(run: list[Settings], memories: list[Memory], tmp_path: Path) -> None:
    save(tmp_path, Remembered(interval=7.0))
    invoke("--fresh")
    assert run == [Settings()]
    memories[0].note({"interval": 9.0})
    memories[0].keep()
    invoke()
    memories[1].note({"interval": 9.0})
    memories[1].keep()
    invoke()
    assert [settings.interval for settings in run] == [1.0, 7.0, 9.0]


def test_a_bad_filter_that_is_remembered_is_dropped(
    run: list[Settings], memories: list[Memory], tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('filter = "ssh"')
    (tmp_path / "remembered.toml").write_text('filter = "port:abc"')
    assert invoke() == 0
    assert run[0].filter == "ssh"
    assert "filter 'port:abc'" in str(memories[0].problem)


def test_wrong_usage_leaves_a_damaged_memory_alone(tmp_path: Path) -> None:
    file = tmp_path / "tcpview-tui" / "remembered.toml"
    file.parent.mkdir()
    file.write_text("damaged")
    refused(XDG_CONFIG_HOME=str(tmp_path))
    assert file.read_text() == "damaged"


def test_the_status_of_the_run_is_that_of_the_program(monkeypatch: pytest.MonkeyPatch, run: list[Settings]) -> None:
    monkeypatch.setattr(cli, "run", lambda *_: 1)
    monkeypatch.setattr(sys, "argv", ["tcpview-tui"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 1
    assert run == []


def test_ctrl_c_before_the_table_is_there_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "check_terminal", interrupt)
    monkeypatch.setattr(sys, "argv", ["tcpview-tui"])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 130
