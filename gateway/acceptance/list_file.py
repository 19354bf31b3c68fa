"""`--list`: the file in which an authority's list of what it expects of the station is written down: YAML, or CSV with
the columns `symbol` and `unit`."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError, field_validator

from gateway.config.file.document import YamlDocument, parse_document
from gateway.config.file.form_error import FormError
from gateway.config.file.messages import Messages
from gateway.config.section import Section, Words, not_empty
from gateway.config.suggest import did_you_mean
from gateway.config.units import Duration
from gateway.core.errors import ConfigError, Problem
from gateway.core.instants import milliseconds
from gateway.core.phrase import Phrase
from gateway.core.receiver_list import ListedParameter, ReceiverList

Form = TypeVar("Form", bound=BaseModel)
_LARGEST = 1_000_000
_COLUMNS = ("symbol", "unit", "folder", "name")
_BEGIN = Phrase("begin with parameters:")


class ListedLine(Section):
    """One parameter, as the receiver writes it: never corrected, for that is what is compared."""

    symbol: Words = Field(description=Phrase("as the receiver writes it"))
    unit: Words | None = None


class ListSection(Section):
    """`folder`: the whole one from where the account logs in, `name` with its ending: strftime patterns."""

    folder: Words | None = None
    name: Words | None = None
    interval: Duration | None = None
    parameters: Annotated[tuple[ListedLine, ...], AfterValidator(not_empty)] = Field(
        description=Phrase("the list of symbols with their units")
    )

    @field_validator("parameters")
    @classmethod
    def _be_there_once(cls, lines: tuple[ListedLine, ...]) -> tuple[ListedLine, ...]:
        symbols = [one.symbol for one in lines]
        twice = next((one for one in symbols if symbols.count(one) > 1), None)
        if twice is not None:
            raise FormError(Phrase("has {twice} twice", twice=twice), Phrase("write each symbol once"))
        return lines


@dataclass(frozen=True, slots=True)
class GivenList:
    """`content`: as it is kept with the acceptance test, and shown back."""

    receiver: ReceiverList
    file: str
    sha256: str

    def kept(self) -> dict[str, Any]:
        listed = self.receiver
        return {
            "file": self.file,
            "sha256": self.sha256,
            "folder": listed.folder,
            "name": listed.name,
            "interval_ms": listed.interval_ms,
            "parameters": [[one.symbol, one.unit] for one in listed.parameters],
        }


def kept_list(content: dict[str, Any]) -> ReceiverList:
    """What `kept` gave."""
    parameters = tuple(ListedParameter(symbol, unit) for symbol, unit in content["parameters"])
    return ReceiverList(parameters, content["folder"], content["name"], content["interval_ms"])


def read_list(path: Path) -> GivenList:
    """
    Raises:
        ConfigError: it cannot be read, or is no such list; every fault with its line.
    """
    content, text = read_text(path)
    section = _of_csv(path, text) if path.suffix.lower() == ".csv" else validated(path, text, ListSection, _BEGIN)
    return GivenList(
        ReceiverList(
            tuple(ListedParameter(one.symbol, one.unit) for one in section.parameters),
            section.folder,
            section.name,
            None if section.interval is None else milliseconds(section.interval),
        ),
        path.name,
        hashlib.sha256(content).hexdigest(),
    )


def read_text(path: Path) -> tuple[bytes, str]:
    """
    Raises:
        ConfigError: it cannot be read, is too large, or is not UTF-8.
    """
    try:
        with path.open("rb") as opened:
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        raise _refused(
            path, 0, Phrase("cannot be read ({strerror})", strerror=error.strerror), Phrase("name a file that can be")
        ) from None
    if len(content) > _LARGEST:
        raise _refused(
            path, 0, Phrase("is larger than {largest} bytes", largest=_LARGEST), Phrase("name the right file")
        )
    try:
        return content, content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(path, line, Phrase("is not UTF-8 text"), Phrase("save the file as UTF-8")) from None


def validated(path: Path, text: str, model: type[Form], begin: Phrase) -> Form:
    """
    Raises:
        ConfigError: it is no YAML, or not of that form; every fault with its line.
    """
    document: YamlDocument = parse_document(str(path), text, begin)
    faults = list(document.faults)
    try:
        found = model.model_validate(document.content)
    except ValidationError as error:
        faults += Messages(document, model, ()).problems_of(error)
    if faults:
        raise ConfigError(tuple(sorted(faults, key=lambda one: one.line)))
    return found


def _of_csv(path: Path, text: str) -> ListSection:
    """The folder and the name are the same in every row, or in the first only."""
    rows = csv.DictReader(io.StringIO(text), strict=True, delimiter=";" if ";" in text.partition("\n")[0] else ",")
    faults: list[Problem] = []
    lines: list[dict[str, str]] = []
    try:
        heads = [head.strip() for head in rows.fieldnames or ()]
        if "symbol" not in heads:
            raise _refused(
                path,
                1,
                Phrase("has no column symbol"),
                Phrase("begin with a line of heads: {columns}", columns=",".join(_COLUMNS)),
            )
        for head in heads:
            if head not in _COLUMNS:
                hint = did_you_mean(head, _COLUMNS) or Phrase("there are {columns}", columns=", ".join(_COLUMNS))
                faults.append(Problem(str(path), 1, head, Phrase("is not a column of the list"), hint))
        lines += _rows(heads, rows)
    except csv.Error as error:
        raise _refused(
            path, rows.line_num, Phrase("is not CSV ({error})", error=error), Phrase("put a text with quotes in quotes")
        ) from None
    first = lines[0] if lines else {}
    content = {
        **{key: first[key] for key in ("folder", "name") if first.get(key)},
        "parameters": [{key: one[key] for key in ("symbol", "unit") if one.get(key)} for one in lines],
    }
    if not faults and not lines:
        faults.append(Problem(str(path), 1, "symbol", Phrase("has no rows"), Phrase("write one for each parameter")))
    for number, one in enumerate(lines, 2):
        if not one.get("symbol"):
            faults.append(
                Problem(
                    str(path), number, "symbol", Phrase("is empty"), Phrase("write the symbol as the receiver has it")
                )
            )
    if faults:
        raise ConfigError(tuple(faults))
    try:
        return ListSection.model_validate(content)
    except ValidationError as error:
        told = error.errors()[0]
        raise _refused(
            path, 0, Phrase("{message}", message=told["msg"]), Phrase("write each symbol once, as the receiver has it")
        ) from None


def _rows(heads: list[str], rows: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    for row in rows:
        yield {head: (value or "").strip() for head, value in zip(heads, row.values(), strict=False)}


def _refused(path: Path, line: int, wrong: Phrase, right: Phrase) -> ConfigError:
    return ConfigError((Problem(str(path), line, "", wrong, right),))
