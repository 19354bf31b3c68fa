"""A scenario's file → the scenario, or every fault in it, each with its line."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from stationsim.bundled import scenarios
from stationsim.consistency import Problem, problems
from stationsim.model import Scenario
from stationsim.model.base import Path as Place


class ScenarioError(Exception):
    """`lines`: one for each fault, `file:line: path: what is wrong`."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def find(name: str) -> Path:
    """A file, or the name of a bundled scenario (a file of that name comes first). Raises ScenarioError."""
    path, bundled = Path(name), scenarios()
    if path.is_file() or path.suffix:
        return path
    if name not in bundled:
        raise ScenarioError([f"{name}: neither a file nor a bundled scenario; bundled are {', '.join(bundled)}"])
    return bundled[name]


def load(path: Path) -> Scenario:
    """Raises ScenarioError."""
    document = _parse(path)
    try:
        scenario = Scenario.model_validate(document)
    except ValidationError as invalid:
        found = [Problem(error["loc"], _text(error)) for error in invalid.errors()]
        raise ScenarioError(_located(path, document, found)) from None
    found = problems(scenario)
    if found:
        raise ScenarioError(_located(path, document, found))
    return scenario


def _parse(path: Path) -> Any:
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        reason = unreadable.strerror if isinstance(unreadable, OSError) else "is not UTF-8"
        raise ScenarioError([f"{path}: {reason}"]) from None
    try:
        document = YAML(typ="rt").load(content)
    except MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        line = 1 if mark is None else mark.line + 1
        raise ScenarioError([f"{path}:{line}: {broken.problem or broken.context}"]) from None
    except YAMLError as broken:
        raise ScenarioError([f"{path}: {broken}"]) from None
    if not isinstance(document, CommentedMap):
        raise ScenarioError([f"{path}:1: a scenario is a mapping that begins with a name"])
    return document


def _text(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        nearest = difflib.get_close_matches(str(error["loc"][-1]), _known_keys(), n=1)
        return "unknown key" + (f"; did you mean {nearest[0]!r}?" if nearest else "")
    if error["type"] == "missing":
        return "is missing"
    text = error["msg"].removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _known_keys() -> list[str]:
    return sorted({field.alias or name for model in _models_in(Scenario) for name, field in model.model_fields.items()})


def _models_in(annotation: object) -> set[type[BaseModel]]:
    """Every model that may stand there or below."""
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return {model for part in get_args(annotation) for model in _models_in(part)}
    below = (_models_in(field.annotation) for field in annotation.model_fields.values())
    return {annotation}.union(*below)


def _located(path: Path, document: CommentedMap, found: list[Problem]) -> list[str]:
    placed = [(*_place(document, problem.path), problem.text) for problem in found]
    return [f"{path}:{line}: {where}: {text}" for line, where, text in sorted(placed)]


def _place(document: CommentedMap, path: Place) -> tuple[int, str]:
    """The line of the deepest part of the path that is in the file, and the path as a reader would write it."""
    node: Any = document
    line, shown = 1, ""
    for step in _steps(path):
        here = _line_of(node, step)
        if here is not None:
            line = here
            node = node[step]
        elif isinstance(node, Mapping) and node.get("type") == step:
            continue  # the kind of an instrument, which pydantic puts into the path
        else:
            node = None
        shown += f"[{step}]" if isinstance(step, int) else f".{step}" if shown else step
    return line, shown or "scenario"


def _steps(path: Place) -> Iterator[str | int]:
    """Without what pydantic adds to tell a mapping's key from its value."""
    return (step for step in path if step != "[key]")


def _line_of(node: Any, step: str | int) -> int | None:
    if isinstance(node, CommentedMap) and step in node:
        return int(node.lc.key(step)[0]) + 1
    if isinstance(node, CommentedSeq) and isinstance(step, int) and 0 <= step < len(node):
        return int(node.lc.item(step)[0]) + 1
    return None
