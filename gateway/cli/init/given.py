"""What was answered beforehand: `--answers FILE` and `--set KEY=VALUE`, in the shape of the configuration itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gateway.cli.slots import usage
from gateway.config.file.document import parse_document, read_document
from gateway.config.file.location import Location
from gateway.config.interview.content import misshapen, put
from gateway.core.errors import ConfigError
from gateway.core.phrase import Phrase

_SECRETS = ("password", "secret", "token")
FROM_FILE, FROM_ENVIRONMENT = "from_file", "from_environment"


def given_answers(file: Path | None, settings: Sequence[str]) -> dict[str, Any]:
    """Those of the file, and over them those of the command line.

    Raises:
        ConfigError: the file cannot be read.
        BadParameter: a setting that is none.
    """
    content: dict[str, Any] = {}
    if file is not None:
        document = read_document(file)
        if document.faults:
            raise ConfigError(document.faults)
        content = document.content if isinstance(document.content, dict) else {}
    for setting in settings:
        _set(content, setting)
    for path, is_list in misshapen(content):
        is_none = (
            Phrase("{path} is no list of entries; it has the configuration's shape", path=path)
            if is_list
            else Phrase("{path} is no section with keys; it has the configuration's shape", path=path)
        )
        raise usage(is_none)
    return content


def _set(content: dict[str, Any], setting: str) -> None:
    key, is_said, text = setting.partition("=")
    location = _location(key)
    if not is_said or not all(location):
        raise usage(
            Phrase("--set: write KEY=VALUE, such as --set station.code=NUO001 or --set destinations.1.url=sftp://…")
        )
    if location[-1] in _SECRETS:
        # never repeated: it may be the secret itself
        raise usage(
            Phrase(
                "--set {key}: a secret is never on the command line, where everybody on the machine reads it; write"
                " --set {key}.{from_file}=/path, or --set {key}.{from_environment}=NAME",
                key=key,
                from_file=FROM_FILE,
                from_environment=FROM_ENVIRONMENT,
            )
        )
    try:
        put(content, tuple(part if isinstance(part, str) else part - 1 for part in location), _value(text))
    except (AttributeError, TypeError, LookupError):
        raise usage(Phrase("--set {key}: stands below something that is no section", key=key)) from None


def _location(key: str) -> Location:
    """List entries count from 1 here, as people do."""
    return tuple(int(part) if part.isascii() and part.isdigit() and len(part) < 4 else part for part in key.split("."))


def _value(text: str) -> object:
    """As behind the key in the file; what is nothing there is text."""
    try:
        content = parse_document("--set", f"value: {text}\n").content
    except ConfigError:
        return text
    value = content.get("value") if isinstance(content, dict) and len(content) == 1 else None
    return text if value is None else value
