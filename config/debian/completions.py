"""What bash and zsh complete after `gateway`, out of the commands themselves.

python -m config.debian.completions FOLDER     writes `gateway` (bash) and `_gateway` (zsh)

Tables, not questions to the program: on a small board it takes seconds to start, and nobody waits that long for a TAB.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import typer.main

from gateway.cli.main import app

_BASH = """# bash completion of gateway(1), made from its commands.
_gateway() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD - 1]}}"
    local at="" word words="" commands="" options="" files=""
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD - 1}}"; do
        case "$at $word" in
{steps}
        esac
    done
    case "$at" in
{offers}
    esac
    case "$at $before" in
{values}
        *)
            if [[ $current == -* || -z $commands$files ]]; then words="$options"; else words="$commands"; fi
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -F _gateway gateway
"""
_ZSH = """#compdef gateway
# zsh completion of gateway(1), made from its commands.
_gateway() {{
    local at="" word before="${{words[CURRENT-1]}}"
    for word in "${{(@)words[2,CURRENT-1]}}"; do
        case "$at $word" in
{steps}
        esac
    done
    case "$at $before" in
{values}
    esac
    local -a offered
    case "$at" in
{offers}
    esac
    _describe -o command offered || _files
}}
_gateway "$@"
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may stand after a command's words: `at` is those words, each with a space before it."""

    at: str
    commands: tuple[tuple[str, str], ...]
    options: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, tuple[str, ...]], ...]
    """Option that takes something → the words that it takes, if they are known."""
    takes_arguments: bool


def offers() -> list[Offer]:
    """Of every command and group, the program itself first."""
    return list(_below("", typer.main.get_command(app)))


def bash(found: list[Offer]) -> str:
    """Where no word is offered, files are."""
    return _BASH.format(
        steps=_steps(found),
        offers="\n".join(
            f'        "{one.at}") commands="{_names(one.commands)}" options="{_names(one.options)}"'
            f"{' files=yes' if one.takes_arguments else ''} ;;"
            for one in found
        ),
        values="\n".join(
            f'        "{one.at} {option}") words="{" ".join(words)}" ;;'
            for one in found
            for option, words in one.values
        ),
    )


def zsh(found: list[Offer]) -> str:
    return _ZSH.format(
        steps=_steps(found),
        values="\n".join(
            f'        "{one.at} {option}") {" ".join(("compadd", *words)) if words else "_files"}; return ;;'
            for one in found
            for option, words in one.values
        ),
        offers="\n".join(f'        "{one.at}") offered=({" ".join(_described(one))}) ;;' for one in found),
    )


def _below(at: str, command: Any) -> Iterator[Offer]:
    context = command.context_class(command)
    below = {name: one for name, one in getattr(command, "commands", {}).items() if not one.hidden}
    options: list[tuple[str, str]] = []
    values: list[tuple[str, tuple[str, ...]]] = []
    takes_arguments = False
    for parameter in command.get_params(context):
        if parameter.param_type_name != "option":
            takes_arguments = True
        elif not parameter.hidden:
            names = [*parameter.opts, *parameter.secondary_opts]
            options += [(name, parameter.help or "") for name in names if name.startswith("--")]
            if not parameter.is_flag:
                values += [(name, _words(parameter)) for name in names]
    commands = tuple((name, one.help or "") for name, one in below.items())
    yield Offer(at, commands, tuple(options), tuple(values), takes_arguments)
    for name, one in below.items():
        yield from _below(f"{at} {name}", one)


def _words(option: Any) -> tuple[str, ...]:
    """What it takes, where its help says so: an enumeration, or `vi|en`."""
    taken = option.type_descriptor.annotation
    if isinstance(taken, type) and issubclass(taken, Enum):
        return tuple(str(one.value) for one in taken)
    written = str(option.metavar or "")
    return tuple(written.split("|")) if re.fullmatch(r"[a-z0-9-]+(\|[a-z0-9-]+)+", written) else ()


def _steps(found: list[Offer]) -> str:
    """Which words lead on to another command."""
    ways = [f"{one.at} {name}" for one in found for name, _ in one.commands]
    return "\n".join(f'            "{way}") at="{way}" ;;' for way in ways)


def _names(described: tuple[tuple[str, str], ...]) -> str:
    return " ".join(name for name, _ in described)


def _described(one: Offer) -> Iterator[str]:
    for name, text in (*one.commands, *one.options):
        first = " ".join(text.split()).split(". ")[0].rstrip(".").replace("'", "’").replace("\\", "")
        yield f"'{name}:{first}'" if first else f"'{name}'"


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    found = offers()
    (folder / "gateway").write_text(bash(found), "utf-8")
    (folder / "_gateway").write_text(zsh(found), "utf-8")


if __name__ == "__main__":
    main()
