"""`gateway instruments`: the ready instruments that `profile: NAME` can take, with what is known of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json
from gateway.cli.output import print_json, say
from gateway.cli.slots import usage
from gateway.cli.speech import problem_line, said
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config.profiles.shelf import ProfileShelf, ShelvedProfile

_PLAIN = re.compile(r"[A-Za-z][\w/ .-]*", re.ASCII)
"""What means itself in YAML without quotes."""

instruments = typer.Typer(no_args_is_help=True, help="Ready instruments: what `profile: NAME` can take.")


@instruments.command("list")
def list_profiles(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """All that there are: those that ship, and your own in the folder `instruments` beside the configuration."""
    from gateway.config.profiles.in_force import SHIPPED
    from gateway.core.errors import ConfigError

    shelf, found, faults = _shelf(config), list["ShelvedProfile"](), list[str]()
    for name in shelf.names():
        try:
            found.append(shelf.find(name))
        except ConfigError as error:
            faults += map(problem_line, error.problems)
    if as_json:
        print_json([_head(one) for one in found])
    else:
        for one in found:
            profile = one.profile
            own = "" if one.source == SHIPPED else f" ({one.source})"
            say(f"{profile.profile:<24} {profile.protocol:<14} {said(profile.measures)}{own}")
            say(f"{'':<24} {profile.manufacturer}: {', '.join(profile.models)}; {said(profile.tried)}")
        say(Phrase("gateway instruments show NAME: registers, source, and what to write"))
    say(*faults, err=True)
    if faults:
        raise typer.Exit(1)


@instruments.command("show")
def show(
    name: Annotated[str, typer.Argument(help="A name of the list.")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """What a ready instrument is made of, from which document that is known, and what to write for it."""
    found = shelved_profile(config, name)
    if as_json:
        print_json(_whole(found))
    else:
        say(*_page(found))


def shelved_profile(config: Path, name: str) -> ShelvedProfile:
    """The profile of that name; ends the command with exit code 2 where there is none."""
    from gateway.config.file.form_error import FormError
    from gateway.config.profiles.profile import check_profile_name
    from gateway.config.profiles.shelf import UnknownProfile

    try:
        return _shelf(config).find(check_profile_name(name))
    except UnknownProfile as error:
        raise usage(Phrase("{error}; {hint}", error=error, hint=error.hint)) from None
    except FormError as error:
        raise usage(error) from None


def _shelf(config: Path) -> ProfileShelf:
    from gateway.config.profiles.shelf import ProfileShelf

    return ProfileShelf.beside(config)


def _head(found: ShelvedProfile) -> dict[str, Any]:
    """Stable keys."""
    from gateway.config.profiles.example import link_types

    profile = found.profile
    return {
        "name": profile.profile,
        "version": profile.version,
        "manufacturer": profile.manufacturer,
        "models": profile.models,
        "measures": profile.measures,
        "protocol": profile.protocol,
        "link_types": link_types(profile),
        "tried": profile.tried,
        "from": found.source,
        "sha256": found.digest,
    }


def _whole(found: ShelvedProfile) -> dict[str, Any]:
    from gateway.config.profiles.example import example_yaml

    profile = found.profile
    return _head(found) | {
        "sources": [source.model_dump() for source in profile.sources],
        "settings": profile.settings,
        "notes": profile.notes,
        "instrument": profile.instrument,
        "quantities": [{"name": name, **keys} for name, keys in _quantities(found)],
        "example": example_yaml(profile),
    }


def _page(found: ShelvedProfile) -> Iterator[str]:
    from gateway.config.profiles.example import example_yaml, link_types

    profile = found.profile
    yield Phrase(
        "{profile}, version {version}: {measures}",
        profile=profile.profile,
        version=profile.version,
        measures=said(profile.measures),
    )
    yield Phrase(
        "  made by {manufacturer}: {models}", manufacturer=profile.manufacturer, models=", ".join(profile.models)
    )
    yield Phrase(
        "  speaks {protocol}, on a link of type {types}",
        protocol=profile.protocol,
        types=", ".join(link_types(profile)),
    )
    yield f"  {said(profile.tried)}"
    yield Phrase("  from {source}, sha256 {digest}", source=found.source, digest=found.digest[:12])
    for source in profile.sources:
        place = f", {source.place}" if source.place else ""
        yield Phrase(
            "  source: {title}; {edition}{place} (read {read})",
            title=source.title,
            edition=source.edition,
            place=place,
            read=source.read,
        )
        if source.url:
            yield f"    {source.url}"
    for heading, lines in ((Phrase("set the device to"), profile.settings), (Phrase("note"), profile.notes)):
        for line in lines:
            yield Phrase("  {heading}: {line}", heading=heading, line=line)
    yield Phrase("instrument")
    for key, value in profile.instrument.items():
        for one in value if isinstance(value, list) else [value]:
            yield f"  {key}: {_flow(one)}"
    yield Phrase("quantities")
    for name, keys in _quantities(found):
        yield f"  {name}: {_flow(keys)}"
    yield Phrase("write under instruments")
    for line in example_yaml(profile).splitlines():
        yield f"  {line}"


def _quantities(found: ShelvedProfile) -> Iterator[tuple[str, dict[str, Any]]]:
    content = found.document.content
    quantities = content.get("quantities") if isinstance(content, dict) else None
    yield from quantities.items() if isinstance(quantities, dict) else ()


def _flow(value: object) -> str:
    """As in one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return str(value)
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)
