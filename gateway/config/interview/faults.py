"""What the configuration's own checks say of one answer: those of `gateway check`, and no others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gateway.config.configuration import Configuration
from gateway.config.file.document import parse_document
from gateway.config.file.location import Location
from gateway.config.interview.yaml_text import yaml_text
from gateway.config.load import configuration_in
from gateway.core.errors import ConfigError, Problem
from gateway.core.phrase import Phrase

_ENTRY = re.compile(r"\[([0-9]+)\]$")
"""Where in a list, as a problem's path has it."""


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


def about_answer(problem: Problem, answer: object) -> Phrase:
    """For people who have just given this answer: of a list, with the entry that it is about."""
    told, place = without_place(problem), _ENTRY.search(problem.path)
    if place is None or not isinstance(answer, list) or int(place[1]) >= len(answer):
        return told
    return Phrase("{value}: {told}", value=answer[int(place[1])], told=told)


def without_line(problem: Problem) -> Phrase:
    """For people who have no file before them yet."""
    told = without_place(problem)
    return Phrase("{path}: {told}", path=problem.path, told=told) if problem.path else told
