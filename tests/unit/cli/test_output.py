"""Whatever text a command is given, a terminal only shows it."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from rich.text import Text

from gateway.cli.drawing import PlainConsole, open_console, table
from gateway.cli.output import PrintableStream, print_json, put, say, standard_bytes

HOSTILE = "\x1b[31m[red]\x1b]8;;http://x\x07\n<3>fake\u202e\x9b\udcff[link=http://y]z[/link]"


class Terminal(io.TextIOWrapper):
    """Of which what was written can be looked at."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding, errors="backslashreplace", newline="")

    @property
    def shown(self) -> str:
        self.flush()
        content = self.buffer.getvalue()  # type: ignore[attr-defined]
        return str(content, self.encoding)


def guarded(monkeypatch: pytest.MonkeyPatch, encoding: str = "utf-8") -> Terminal:
    """Behind standard output. No fixture: between setup and call pytest puts its own there."""
    made = Terminal(encoding)
    monkeypatch.setattr(sys, "stdout", PrintableStream(made))
    return made


def assert_harmless(shown: str, lines: int) -> None:
    assert len(shown.splitlines()) == lines
    assert all(character.isprintable() for line in shown.split("\n") for character in line)


def test_what_is_said_is_one_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = guarded(monkeypatch)
    say(HOSTILE, f"file {HOSTILE}")
    assert_harmless(terminal.shown, 2)
    assert "[red]" in terminal.shown


def test_whoever_writes_to_the_stream_itself_does_nothing_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = guarded(monkeypatch)
    print(HOSTILE)
    sys.stdout.writelines(["a\x1b[2J\n", "b\n"])
    assert_harmless(terminal.shown, 4)
    assert not hasattr(sys.stdout, "buffer")


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1258"])
def test_json_is_exact_on_every_terminal(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = guarded(monkeypatch, encoding)
    content = {"name": HOSTILE, "station": "Trạm é 🙂"}
    print_json(content)
    assert json.loads(made.shown) == content
    assert_harmless(made.shown, 4)


def test_a_terminal_that_has_not_got_our_letters_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    made = guarded(monkeypatch, "ascii")
    say("Trạm – é")
    open_console().print(Text("Trạm – é"))
    assert made.shown == "Tr\\u1ea1m \\u2013 \\xe9\n" * 2


def test_a_product_goes_out_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = guarded(monkeypatch)
    put(b"\x1b\xff\n", None, force=False)
    assert terminal.buffer.getvalue() == b"\x1b\xff\n"  # type: ignore[attr-defined]
    assert standard_bytes() is terminal.buffer


def drawn(shown: Any, terminal: Terminal) -> str:
    PlainConsole(file=terminal, force_terminal=True, color_system="standard", width=200).print(shown)
    return terminal.shown


def test_a_drawn_line_is_one_line_in_our_colours_alone() -> None:
    terminal = Terminal()
    shown = drawn(Text.assemble((HOSTILE, "green"), " and more"), terminal)
    assert shown.count("\x1b") == 2
    assert shown.startswith("\x1b[32m")
    assert shown.endswith("\x1b[0m and more\n")
    assert_harmless(shown.replace("\x1b", ""), 1)


def test_a_cell_of_a_table_is_text_and_never_markup() -> None:
    terminal = Terminal()
    made = table()
    made.add_column("name")
    made.add_column("state")
    made.add_row(HOSTILE, Text("down", "red"))
    shown = drawn(made, terminal)
    assert "[red]" in shown
    assert "[link=http://y]z" in shown
    assert shown.count("\x1b[31mdown") == 1
    assert "\x1b]8" not in shown
    assert "\u202e" not in shown


def test_what_escapes_the_others_is_escaped_when_it_is_written() -> None:
    terminal = Terminal()
    from rich.panel import Panel

    shown = drawn(Panel(f"[link=http://z]{HOSTILE}", title="\x1b[5m"), terminal)
    assert "\x1b]8" not in shown
    assert "\x1b[31m" not in shown
    assert "\x1b[5m" not in shown
    assert "\u202e" not in shown
