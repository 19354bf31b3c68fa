"""pydantic's errors as problems: an own sentence for each kind, with the line, the names, and what would be right.

Never shows the input of a field, except numbers and words that were to be one of a known few.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, Tag, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from gateway.config.file.document import YamlDocument
from gateway.config.file.form_error import FormError
from gateway.config.file.location import Location
from gateway.config.file.nodes import MOST_PROBLEMS
from gateway.config.suggest import did_you_mean, listed
from gateway.core.errors import Problem
from gateway.core.phrase import Phrase

_WANTED = {
    "string_type": Phrase("a text"),
    "int_type": Phrase("a whole number"),
    "float_type": Phrase("a number"),
    "bool_type": Phrase("true or false"),
    "tuple_type": Phrase("a list"),
    "model_type": Phrase("a section"),
    "mapping_type": Phrase("a section"),
    "dict_type": Phrase("a section"),
    "model_attributes_type": Phrase("a section"),
}
_ADVICE = {
    "a whole number": Phrase("write it without quotes, without a unit and without a decimal point"),
    "a number": Phrase("write it without quotes and without a unit, with a decimal point"),
    "true or false": Phrase("write true or false, without quotes"),
    "a list": Phrase("write it as [first, second], or as lines that begin with -"),
    "a section": Phrase("write its keys below it, indented, or as {key: value}"),
    "a text": Phrase("write a text, in quotes if it looks like a number"),
}


@dataclass(frozen=True, slots=True)
class Messages:
    """What is said of a document that its models refused: `root` is the model of the whole, `protocols` are the keys of
    the sections by which instruments are told apart."""

    document: YamlDocument
    root: type[BaseModel]
    protocols: tuple[str, ...]

    def problems_of(self, error: ValidationError) -> list[Problem]:
        """The faults that pydantic gathered, the first hundred of more: each is looked for in the document."""
        located = self.document.located
        details = [one for one in error.errors(include_url=False) if not self.document.is_unusable(located(one["loc"]))]
        return [problem for detail in details[:MOST_PROBLEMS] for problem in self._problems(detail)]

    def _problems(self, detail: ErrorDetails) -> Iterator[Problem]:
        cause = detail.get("ctx", {}).get("error")
        faults = (cause, *cause.more) if isinstance(cause, FormError) else ()
        if not faults:
            yield self._problem(detail)
        for fault in faults:
            yield self._problem({**detail, "ctx": {"error": fault}})

    def _problem(self, detail: ErrorDetails) -> Problem:
        location = self.document.located(tuple(part for part in detail["loc"] if part != "[key]"))
        if detail["type"] in ("union_tag_not_found", "union_tag_invalid"):
            location = (*location, "type")
        elif detail["type"] == "missing" and isinstance(location[-1], int):
            location = location[:-1]
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, FormError) and cause.key:
            location = (*location, cause.key)
        wrong, right = self._sentence(detail, location)
        return self.document.problem(location, wrong, right)

    def _sentence(self, detail: ErrorDetails, location: Location) -> tuple[Phrase, Phrase]:
        kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
        cause = context.get("error")
        if isinstance(cause, FormError):
            return cause.wrong, cause.right
        match kind:
            case "missing":
                return self._missing(detail["loc"])
            case "extra_forbidden":
                return self._unknown_key(detail["loc"], location)
            case "union_tag_not_found":
                return Phrase("is missing"), Phrase(
                    "add type: {detail}", detail=listed(self._types_at(detail["loc"]), "or")
                )
            case "union_tag_invalid":
                return self._unknown_type(detail["loc"], str(context["tag"]))
            case "enum" | "literal_error":
                return _not_one_of(given, str(context["expected"]))
            case "greater_than_equal":
                return Phrase("{given} is too small", given=given), Phrase(
                    "write {context} or more", context=context["ge"]
                )
            case "less_than_equal":
                return Phrase("{given} is too large", given=given), Phrase(
                    "write {context} or less", context=context["le"]
                )
            case "greater_than":
                return Phrase("{given} is too small", given=given), Phrase(
                    "write more than {context:g}", context=context["gt"]
                )
            case "too_short" | "too_long":
                return _wrong_length(context)
            case "finite_number":
                return Phrase("is not a finite number"), Phrase("write a number")
            case _:
                return _wrong_type(kind, given, detail["msg"])

    def _missing(self, raw: Location) -> tuple[Phrase, Phrase]:
        key = raw[-1]
        if isinstance(key, int):
            return Phrase("has too few entries"), Phrase("write two numbers: [first, second]")
        return Phrase("is missing"), Phrase(
            "add {key}: {description}", key=key, description=self._fields_beside(raw)[key].description
        )

    def _unknown_key(self, raw: Location, location: Location) -> tuple[Phrase, Phrase]:
        key = str(location[-1])
        if key == "<<":
            return Phrase("merges keys from elsewhere, which YAML 1.2 no longer has"), Phrase("write the keys out")
        if key.isdigit():
            return Phrase("is an unknown key"), Phrase(
                'a comma inside {…} begins a new key: write 0.1 with a point, "PM2,5" in quotes'
            )
        if key in self.protocols and location[0] == "instruments" and len(location) == 3:
            return Phrase("is a second protocol"), Phrase("a device speaks one: keep one of the two")
        known = self._fields_beside(raw)
        before_colon = key.partition(":")[0]
        if before_colon != key and before_colon in known:
            return Phrase("has no space after its colon"), Phrase(
                "write {before_colon}: and a space before the value", before_colon=before_colon
            )
        return Phrase("is an unknown key"), did_you_mean(key, known) or Phrase(
            "known here: {known}", known=", ".join(known)
        )

    def _unknown_type(self, raw: Location, tag: str) -> tuple[Phrase, Phrase]:
        types = self._types_at(raw)
        return Phrase("has an unknown type"), did_you_mean(tag, types) or Phrase(
            "this version has {types}", types=listed(types, "and")
        )

    def _types_at(self, raw: Location) -> tuple[str, ...]:
        """The words that may stand in `type` of the section at this location."""
        return tuple(self._kinds_at(raw))

    def _fields_beside(self, raw: Location) -> dict[str, FieldInfo]:
        """The keys that are known at the level of the location's last part."""
        kinds = self._kinds_at(raw[:-1])
        beside = next(iter(kinds.values())).model_fields if kinds else {}
        return {field.alias or name: field for name, field in beside.items()}

    def _kinds_at(self, raw: Location) -> dict[str, type[BaseModel]]:
        """The sections that may stand at this location, by the word that tells them apart."""
        kinds: dict[str, type[BaseModel]] = {"": self.root}
        for part in raw:
            if part in kinds and len(kinds) > 1:
                kinds = {"": kinds[str(part)]}
                continue
            fields = next(iter(kinds.values())).model_fields if kinds else {}
            if part in fields:
                kinds = dict(_kinds_in(fields[str(part)].annotation))
        return kinds


def _not_one_of(given: object, expected: str) -> tuple[Phrase, Phrase]:
    if given is None:
        return Phrase("has no value: YAML reads an unquoted NULL or ~ as nothing"), Phrase(
            "write {expected}, in quotes", expected=expected
        )
    words = [word for word in expected.replace(" or ", ", ").replace("'", "").split(", ") if word]
    guess = did_you_mean(given, words) if isinstance(given, str) else None
    return Phrase("is none of the choices"), Phrase("write {expected}", expected=expected) + (
        Phrase("; {guess}", guess=guess) if guess else ""
    )


def _wrong_length(context: dict[str, Any]) -> tuple[Phrase, Phrase]:
    wanted = context.get("min_length", context.get("max_length"))
    return Phrase("has {context} entries", context=context["actual_length"]), Phrase("write {wanted}", wanted=wanted)


def _wrong_type(kind: str, given: object, message: str) -> tuple[Phrase, Phrase]:
    kind = "int_type" if kind in ("int_from_float", "int_parsing", "int_parsing_size") else kind
    wanted = _WANTED.get(kind)
    if wanted is None:
        return Phrase("is not usable"), Phrase("{message}", message=message)
    if given is None:
        return Phrase("has no value"), _ADVICE[wanted]
    if kind == "string_type" and isinstance(given, (int, float)):
        return Phrase("is read as a number or as true/false, not as text"), Phrase("put it in quotes")
    return Phrase("is not {wanted}", wanted=wanted), _ADVICE[wanted]


def _kinds_in(annotation: object, tag: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """The sections that may stand there, by the word by which pydantic's locations tell them apart."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        kinds = get_args(annotation.model_fields["type"].annotation) if "type" in annotation.model_fields else ()
        yield tag or str(next(iter(kinds), "")), annotation
        return
    for part in get_args(annotation):
        tags = [mark.tag for mark in getattr(part, "__metadata__", ()) if isinstance(mark, Tag)]
        yield from _kinds_in(part, tags[0] if tags else tag)
