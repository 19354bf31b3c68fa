"""What all parts of the configuration have in common, and the kinds of text and number that several of them use.

Promises: a section never changes once it is made, refuses keys it does not know, and converts nothing silently: a
quoted number is not a number, an unquoted one is not a text. pydantic's own words never show the input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, Strict, ValidationInfo

from gateway.config.file.form_error import FormError
from gateway.core.phrase import Phrase
from gateway.core.standard_table import Standards

Entry = TypeVar("Entry")
NAME_LENGTH = 64
LONGEST_WORDS = 500
"""Characters of a text that people read, or that stands in the authority's file."""


class _NotThere:
    """A class attribute that is not there. Found before those of the metaclass, which it thereby hides."""

    def __get__(self, instance: object, owner: type | None = None) -> NoReturn:
        raise AttributeError("register is a field of some sections, not a method of the class")


class _WithoutAbstractRegister:
    """Every class of pydantic has a method `register`, for it is an abstract base class (abc.ABCMeta.register), and
    pydantic takes what a class has for the default of a field of that name."""

    if not TYPE_CHECKING:  # fields of that name have types of their own
        register = _NotThere()


class Section(_WithoutAbstractRegister, BaseModel):
    """Base of every part of the configuration."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        hide_input_in_errors=True,
        validate_default=False,
        protected_namespaces=(),
        defer_build=True,  # one model checks the whole file: what each part would need to be checked alone is 1 MB
    )


@dataclass(frozen=True, slots=True)
class Outside:
    """What lies around the file while it is loaded. Handed to the validators as pydantic's context.

    `standards` are the tables that limits may name. `present` is false where the file is checked on another machine
    than the station's: then secrets and certificates are not looked for. `starting`: a station begins with this, so
    that nothing of them is a fault: it measures, and whoever needs one says what is wrong with it.
    """

    environ: Mapping[str, str]
    present: bool
    standards: Standards
    starting: bool = False

    @property
    def judges(self) -> bool:
        """Whether secrets and certificates are looked at, and what is wrong with one that is there is a fault."""
        return self.present and not self.starting


def outside(info: ValidationInfo[Any]) -> Outside | None:
    """What lies around the file being loaded; `None` when a model is built by hand."""
    return info.context if isinstance(info.context, Outside) else None


def _check_name(text: str) -> str:
    if not text or len(text) > NAME_LENGTH or not all(c.isalnum() or c in "-_." for c in text):
        raise FormError(
            Phrase("{text!r} is not usable as a name", text=text),
            Phrase(
                "use 1 to {name_length} letters, digits, '-', '_' or '.': names stand in logs and on the command line",
                name_length=NAME_LENGTH,
            ),
        )
    return text


def _check_words(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise FormError(Phrase("is empty or has control characters"), Phrase("write it as one line of plain text"))
    if len(text) > LONGEST_WORDS:
        raise FormError(
            Phrase("has {text} characters", text=len(text)),
            Phrase("write at most {longest_words}", longest_words=LONGEST_WORDS),
        )
    return text


def check_token(text: str) -> str:
    """A text that may stand in the authority's file. Raises FormError: it may not."""
    if not text or not text.isprintable() or any(c.isspace() for c in text):
        raise FormError(
            Phrase("{text!r} is empty or has spaces or control characters", text=text),
            Phrase("write it without: it stands between TABs in the authority's file"),
        )
    if len(text) > LONGEST_WORDS:
        raise FormError(
            Phrase("has {text} characters", text=len(text)),
            Phrase("write at most {longest_words}", longest_words=LONGEST_WORDS),
        )
    return text


def not_empty(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """A check for lists that need an entry. (pydantic's own counts entries that are faulty in themselves as absent.)"""
    if not entries:
        raise FormError(Phrase("is empty"), Phrase("add at least one entry"))
    return entries


def _parse_absolute_path(value: object) -> Path:
    text = str(value) if isinstance(value, Path) else value
    if not isinstance(text, str) or not text.startswith("/") or not text.isprintable():
        raise FormError(Phrase("is not an absolute path"), Phrase("write the whole path, beginning with /"))
    return Path(text)


Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
Name = Annotated[str, AfterValidator(_check_name)]
Words = Annotated[str, AfterValidator(_check_words)]
Token = Annotated[str, AfterValidator(check_token)]
AbsolutePath = Annotated[Path, BeforeValidator(_parse_absolute_path), PlainSerializer(str)]
