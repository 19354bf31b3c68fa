"""Secrets that were given as `{from_file: …}` or `{from_environment: …}`, wherever in the configuration: looked at
where they are, and copied into files of their own when everything else is sound."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from gateway.cli.init.given import FROM_ENVIRONMENT, FROM_FILE
from gateway.cli.init.secret_files import SecretFiles
from gateway.config.file.form_error import FormError, MissingError
from gateway.config.file.location import Location
from gateway.config.interview.content import put
from gateway.config.interview.extras import CAMERA_SECRET, MAIL_SECRET, RELAY_SECRET
from gateway.config.secrets import Secret
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

_PASSWORD = "password"  # noqa: S105 -- a key; the file of one has the name of what it is for alone
_CERTIFICATE = "certificate"
_WITH_LINES = ("key", _CERTIFICATE)
_NAMES: dict[Location, str] = {
    ("alerts", 0, "mail", _PASSWORD): MAIL_SECRET,
    ("cameras", "relay", _PASSWORD): RELAY_SECRET,
}


def taken_from(content: dict[str, Any]) -> dict[str, Any]:
    """The configuration as it would be if each of these secrets stayed where it is, so that the checks look at the
    secrets themselves."""
    looked_at = deepcopy(content)
    for location, secret in _given(content):
        put(looked_at, location, {"env": secret.env} if secret.file is None else {"file": str(secret.file)})
    return looked_at


def faults_of_secrets(content: dict[str, Any], secrets: SecretFiles) -> Iterator[Phrase]:
    """Which of them are not there, or have no place to be copied to; whatever else is wrong the checks tell."""
    for location, secret, name in _named(content):
        try:
            secrets.place(name)
            secret.read()
        except MissingError as fault:
            path = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
            yield Phrase("{path}: {wrong}; {right}", path=path, wrong=fault.wrong, right=fault.right)
        except FormError:
            continue
        except GatewayError as error:
            yield error.args[0]


def with_own_files(content: dict[str, Any], secrets: SecretFiles) -> dict[str, Any]:
    """Copy them; the configuration names the copies.

    Raises:
        GatewayError: one cannot be read any more, or not be written.
    """
    written = deepcopy(content)
    for location, secret, name in _named(content):
        try:
            put(written, location, secrets.put(name, secret.read()))
        except FormError as fault:
            told = Phrase("the secret {name}: {wrong}; {right}", name=name, wrong=fault.wrong, right=fault.right)
            raise GatewayError(told) from None
    return written


def _given(content: object, location: Location = ()) -> Iterator[tuple[Location, Secret]]:
    """Where such a reference stands, and the secret that it means."""
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    if isinstance(content, dict) and len(content) == 1 and location:
        [(source, place)] = content.items()
        if source in (FROM_FILE, FROM_ENVIRONMENT):
            yield location, _secret(source, str(place), location[-1])
            return
    for part, inner in entries:
        yield from _given(inner, (*location, part))


def _secret(source: str, place: str, key: str | int) -> Secret:
    if source == FROM_ENVIRONMENT:
        return Secret(env=place, multiline=key in _WITH_LINES)
    return Secret(file=Path(place), multiline=key in _WITH_LINES, published=key == _CERTIFICATE)


def _named(content: object) -> Iterator[tuple[Location, Secret, str]]:
    """With the name that its file gets."""
    taken = set[str]()
    for location, secret in _given(content):
        name = _NAMES.get(location) or _name(content, location)
        while name in taken:
            name = f"{name}-2"
        taken.add(name)
        yield location, secret, name


def _name(content: Any, location: Location) -> str:
    """By what it is for: `so-tnmt`, `so-tnmt-key`, `metrics-token`."""
    words = list[str]()
    for depth, part in enumerate(location):
        content = content[part]
        named = content.get("name") if isinstance(content, dict) else None
        if isinstance(named, str):
            words = [f"{CAMERA_SECRET}{named}" if location[0] == "cameras" else named]
        elif isinstance(part, str):
            is_all = depth == len(location) - 1 and part == _PASSWORD
            words += [] if is_all else [part]
        elif part:
            words.append(str(part + 1))
    return "-".join(words)
