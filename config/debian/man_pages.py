"""Manual pages out of the commands themselves, so that they never say something else than `--help`.

python config/debian/man_pages.py FOLDER     writes gateway.1, and gateway-GROUP.1 for each command and group

Built twice of one program they are the same to the byte: their date is SOURCE_DATE_EPOCH (seconds; without it, none).
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer.main

from gateway import __version__
from gateway.cli.main import app
from gateway.cli.options import DEFAULT_CONFIG

_COMMANDS: dict[str, str] = {
    "0": "Done.",
    "1": "It failed, or what was looked at is not as it should be; a line says why.",
    "2": "Wrong usage, or a configuration that cannot be used: each fault with its line.",
}
_FILES: dict[str, str] = {
    str(DEFAULT_CONFIG): "The station's configuration.",
    f"{DEFAULT_CONFIG.parent}/secrets/": "Passwords and keys, a file each, readable by the gateway's group alone.",
    "/var/lib/station-gateway/gateway.db": "What was measured, filed and delivered (SQLite).",
    "/usr/share/doc/station-gateway/": "The guides, in Vietnamese and English, and examples of configurations.",
}
_UNITS = (
    "station-gateway",
    "station-gateway-cameras",
    "station-gateway-relay",
    "station-gateway-web",
    "station-gateway-ports",
)


def pages() -> dict[str, str]:
    """File name → page, in roff (man macros, man(7))."""
    root = typer.main.get_command(app)
    made = {"gateway.1": _page("gateway", [*_overview(root), *_foot([])])}
    for name, command in sorted(root.commands.items()):
        if not command.hidden:
            others = [] if not hasattr(command, "commands") else sorted(command.commands)
            title = f"gateway-{name}"
            made[f"{title}.1"] = _page(title, [*_whole(f"gateway {name}", command, others), *_foot(["gateway"])])
    return made


def head(title: str, section: int) -> list[str]:
    """How a page begins."""
    day = os.environ.get("SOURCE_DATE_EPOCH")
    date = "" if day is None else datetime.fromtimestamp(int(day), UTC).strftime("%Y-%m-%d")
    name = f'.TH "{title.upper()}" "{section}" "{date}" "station-gateway {__version__}" "Station Gateway"'
    return [name, ".nh", ".ad l"]


def escaped(text: str) -> str:
    """As roff prints it: no escapes, real hyphens, and no line that begins as a request does."""
    safe = text.replace("\\", r"\e").replace("-", r"\-").replace("…", "...").replace("→", "->")
    return rf"\&{safe}" if safe.startswith((".", "'")) else safe


def _page(title: str, lines: list[str]) -> str:
    return "\n".join([*head(title, 1), *lines]) + "\n"


def _overview(root: Any) -> Iterator[str]:
    yield from _name("gateway", root)
    yield from (".SH SYNOPSIS", r"\fBgateway\fR [\fB\-\-version\fR] \fICOMMAND\fR [\fIOPTIONS\fR] [\fIARGUMENTS\fR]")
    yield from (".SH DESCRIPTION", *_prose(root.help or ""))
    yield from _options(root, "gateway", ".SH OPTIONS")
    yield ".SH COMMANDS"
    for name, command in root.commands.items():
        if not command.hidden:
            yield from (".TP", rf"\fBgateway\-{escaped(name)}\fR(1)", *_prose(_first(command)))


def _whole(path: str, command: Any, others: list[str]) -> Iterator[str]:
    """A command with its options, or a group with each of its commands."""
    yield from _name(path.replace(" ", "-"), command)
    yield from (".SH SYNOPSIS", *_synopsis(path, command))
    for name in others:
        yield from (".br", *_synopsis(f"{path} {name}", command.commands[name]))
    yield from (".SH DESCRIPTION", *_prose(command.help or ""))
    yield from _options(command, path, ".SH OPTIONS")
    if others:
        yield ".SH COMMANDS"
    for name in others:
        one = command.commands[name]
        yield from (f'.SS "{escaped(f"{path} {name}")}"', *_prose(one.help or ""))
        yield from _options(one, f"{path} {name}", None)
        for deeper in sorted(getattr(one, "commands", ())):
            below = one.commands[deeper]
            yield from (f'.SS "{escaped(f"{path} {name} {deeper}")}"', *_prose(below.help or ""))
            yield from _options(below, f"{path} {name} {deeper}", None)


def _name(title: str, command: Any) -> Iterator[str]:
    yield from (".SH NAME", rf"{escaped(title)} \- {escaped(_first(command).rstrip('.'))}")


def _synopsis(path: str, command: Any) -> Iterator[str]:
    rest = " ".join(command.collect_usage_pieces(_context(path, command)))
    yield rf"\fB{escaped(path)}\fR {escaped(rest)}"


def _options(command: Any, path: str, heading: str | None) -> Iterator[str]:
    """Arguments, then options, as `--help` has them."""
    context = _context(path, command)
    records = [one.get_help_record(context) for one in command.get_params(context)]
    shown = [record for record in records if record is not None]
    if shown and heading is not None:
        yield heading
    for left, right in shown:
        yield from (".TP", rf"\fB{escaped(left)}\fR", *_prose(right.replace("  ", " ")))


def _context(path: str, command: Any) -> Any:
    return command.context_class(command, info_name=path, terminal_width=200)


def _foot(see: list[str]) -> Iterator[str]:
    yield ".SH EXIT STATUS"
    for code, meaning in _COMMANDS.items():
        yield from (".TP", rf"\fB{code}\fR", escaped(meaning))
    yield from (
        ".SH ENVIRONMENT",
        ".TP",
        r"\fBGATEWAY_CONFIG\fR",
        escaped(f"The configuration, in place of {DEFAULT_CONFIG}."),
    )
    yield ".SH FILES"
    for file, meaning in _FILES.items():
        yield from (".TP", rf"\fI{escaped(file)}\fR", escaped(meaning))
    yield ".SH SEE ALSO"
    also = [rf"\fB{escaped(name)}\fR(1)" for name in see]
    also += [rf"\fB{escaped(unit)}.service\fR" for unit in _UNITS] + [r"\fBjournalctl\fR(1)"]
    yield ",\n".join(also)


def _first(command: Any) -> str:
    """The first sentence of what it says of itself, on one line."""
    text = " ".join(inspect.cleandoc(command.help or "").split("\n\n")[0].split())
    sentence = re.match(r".*?[.:](?= [A-Z]|$)", text)
    return (sentence[0] if sentence else text).rstrip(":")


def _prose(text: str) -> Iterator[str]:
    """Paragraphs; what stands in backquotes is bold."""
    for number, paragraph in enumerate(inspect.cleandoc(text).replace("\b", "").split("\n\n")):
        if number:
            yield ".sp"
        words = escaped(" ".join(paragraph.split()))
        yield re.sub(r"`([^`]+)`", r"\\fB\1\\fR", words)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages().items():
        (folder / name).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
