"""What the configuration's own checks say of one answer: those of `gateway check`, and no others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway.config.configuration import Configuration
from gateway.config.file.document import parse_document
from gateway.config.file.location import Location
from gateway.config.interview.yaml_text import yaml_text
from gateway.config.load import configuration_in
from gateway.core.errors import ConfigError, Problem
from gateway.core.phrase import Phrase


def faults_at(content: dict[str, Any], watched: Location, file: Path) -> list[Problem]:
    """What is wrong at that place and below it; what is missing elsewhere has not been asked yet. `file`: where the
    configuration is to be."""
    document = parse_document(str(file), yaml_text(content))
    path = document.path_of(watched)
    try:
        configuration_in(document, file, check_secrets=False)
    except ConfigError as error:
        return [one for one in error.problems if one.path == path or one.path.startswith((f"{path}.", f"{path}["))]
    return []


def configured(text: str, file: Path, *, check_secrets: bool = True) -> Configuration:
    """The configuration in this text, which is to be in that file, with its secrets.

    Raises:
        ConfigError: with every fault.
    """
    return configuration_in(parse_document(str(file), text), file, check_secrets=check_secrets)


def without_place(problem: Problem) -> Phrase:
    """For people who have just been asked for it."""
    return Phrase("{wrong}; {right}", wrong=problem.wrong, right=problem.right)


def without_line(problem: Problem) -> Phrase:
    """For people who have no file before them yet."""
    told = without_place(problem)
    return Phrase("{path}: {told}", path=problem.path, told=told) if problem.path else told
