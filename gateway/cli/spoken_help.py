"""What `--help` shows, in another language than English: the sentences of commands and options by a catalogue of their
own, `help.vi.yaml`, and Typer's own words. A test holds that both are complete.

The commands are changed where they stand: they are made anew for each command line.
"""

from __future__ import annotations

import inspect
import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

import typer

from gateway.cli.speech import language_spoken

_FORMATTER: Any = typer.Context.formatter_class
_OWN = {
    "Options": "Tùy chọn",
    "Arguments": "Đối số",
    "Commands": "Lệnh",
    "Usage: ": "Cách dùng: ",
    "Show this message and exit.": "Cho thấy phần trợ giúp này, rồi kết thúc.",
}
_PLACES = {
    "[OPTIONS]": "[TÙY CHỌN]",
    "COMMAND [ARGS]...": "LỆNH [ĐỐI SỐ]...",
    "<path>": "<đường dẫn>",
    "<file>": "<tệp>",
    "<str>": "<chữ>",
    "<int range>": "<số nguyên>",
    "<int>": "<số nguyên>",
    "<float range>": "<số>",
    "<float>": "<số>",
}
_BEHIND = {"env var: ": "biến môi trường: ", "default: ": "mặc định: ", "required": "bắt buộc"}
_EXTRA = re.compile(r"(?:(.*)  )?\[([^]]*)\]", re.DOTALL)


class SpokenFormatter(_FORMATTER):  # type: ignore[misc]  # Typer's, which is not of the same name in every version
    """Says what Typer puts around the sentences."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _replaced(args, _PLACES), prefix or _OWN["Usage: "])

    def write_heading(self, heading: str) -> None:
        super().write_heading(_OWN.get(heading, heading))

    def write_dl(self, rows: Any, *others: Any, **options: Any) -> None:
        said = [(_replaced(first, _PLACES), _second(second)) for first, second in rows]
        super().write_dl(said, *others, **options)


def speak_help(command: Any) -> None:
    """Let a command and all below it show their help in the language of this process."""
    command.context_class = _spoken_context(command.context_class)
    if command.help:
        paragraphs = paragraphs_of(command.help)
        command.help = "\n\n".join(map(help_said, paragraphs))
        command.short_help = _first_sentence(help_said(paragraphs[0]))
    for own in command.params:
        if getattr(own, "help", None):
            own.help = help_said(" ".join(own.help.split()))
    for below in getattr(command, "commands", {}).values():
        speak_help(below)


def paragraphs_of(text: str) -> list[str]:
    """Each in one line."""
    return [" ".join(part.split()) for part in inspect.cleandoc(text).split("\f")[0].split("\n\n") if part.strip()]


def help_said(text: str) -> str:
    return _catalogue(language_spoken().value).get(text, text)


@cache
def _catalogue(language: str) -> dict[str, str]:
    lines = files("gateway.texts").joinpath(f"help.{language}.yaml").read_text("utf-8").splitlines()
    found: dict[str, str] = json.loads("{" + ",".join(line for line in lines if line.startswith('"')) + "}")
    return found


@cache
def _spoken_context(context: Any) -> Any:
    return type("SpokenContext", (context,), {"formatter_class": SpokenFormatter})


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[^.…])\.(?: |$)", text, maxsplit=1)[0].rstrip(".") + "."


def _second(text: str) -> str:
    if text in _OWN:
        return _OWN[text]
    if (extra := _EXTRA.fullmatch(text)) is None:
        return text
    behind = f"[{_replaced(extra[2], _BEHIND)}]"
    return f"{extra[1]}  {behind}" if extra[1] else behind


def _replaced(text: str, words: dict[str, str]) -> str:
    for english, other in words.items():
        text = text.replace(english, other)
    return text
