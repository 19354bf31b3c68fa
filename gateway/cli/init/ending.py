"""The end: the file is written, looked at with the eyes of the service, and what comes next is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.cli.init.kept import KeptAnswers
from gateway.cli.init.written import text_of, write
from gateway.cli.options import DEFAULT_CONFIG
from gateway.cli.speech import ask_for, said
from gateway.config import Configuration, Language
from gateway.config.interview.faults import configured, without_line
from gateway.config.interview.station import language_of
from gateway.texts import Texts, texts_in

Say = Callable[..., None]


def speaking(content: dict[str, Any], default: Language) -> Texts:
    """The catalogue of the language that was chosen; whatever else this command says is said in it from here on."""
    language = language_of(content, default)
    ask_for(language.value)
    return texts_in(language)


def write_configuration(content: dict[str, Any], file: Path, texts: Texts, kept: KeptAnswers) -> Configuration:
    """The configuration comes last: whoever finds it finds its secrets, too.

    Raises:
        ConfigError: it is not sound.
        GatewayError: it cannot be written, or is there meanwhile.
    """
    text = text_of(content, file, texts)
    configuration = configured(text, file)
    write(text, file)
    kept.forget()
    return configuration


def tell_what_comes_next(configuration: Configuration, texts: Texts, tell: Say) -> None:
    """What `gateway check` would warn of, and the commands that follow."""
    from gateway.cli.check import Checked

    file = configuration.file
    tell("", texts("init.done.written", file=str(file)))
    for warning in Checked(configuration).warnings:
        tell(f"  {texts('init.done.warning', warning=said(without_line(warning)))}")
    active = {destination.name for destination in configuration.active_destinations}
    for destination in configuration.destinations:
        if destination.name not in active:
            words = texts("init.done.unused", name=destination.name)
            tell(f"  {texts('init.done.warning', warning=words)}")
    _tell_commands(configuration, texts, tell)


def _tell_commands(configuration: Configuration, texts: Texts, tell: Say) -> None:
    """A service for each part of the station; whoever tries it out runs the commands himself."""
    file = configuration.file
    place = "" if file == DEFAULT_CONFIG else f" -c {file}"
    tell(texts("init.done.next"), f"  gateway check --online{place}")
    parts = [("station-gateway", "run")]
    if configuration.cameras is not None:
        parts.append(("station-gateway-cameras", "cameras run"))
        parts += [("station-gateway-relay", "cameras relay")] if configuration.cameras.relay is not None else []
    parts += [("station-gateway-web", "web")] if configuration.web is not None else []
    if place:
        tell(*(f"  gateway {command}{place}" for _, command in parts))
    else:
        tell(f"  systemctl enable --now {' '.join(unit for unit, _ in parts)}")
    if configuration.web is not None:
        tell(f"  gateway web user add NAME --role operator{place}", f"    {texts('init.done.page')}")
