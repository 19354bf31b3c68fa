"""`format` and `template` of a destination: in what form it gets its records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.config.suggest import did_you_mean
from gateway.core.phrase import Phrase
from gateway.core.template import OF_PARAMETER, OF_SLOT, placeholders


class Format(StrEnum):
    TT10 = "tt10"
    """The regulation's text file."""
    JSON = "json"
    """An object, by default with station, time and parameters."""


def _parse_template(value: object) -> str:
    """The template as JSON text."""
    if not isinstance(value, Mapping) or not value:
        raise FormError(
            Phrase("is not a section"), Phrase('write the shape of the message, such as {station: "{station}", …}')
        )
    if "historical" in value:
        raise FormError(
            Phrase("has a member historical"), Phrase("remove it: the gateway adds it to every message by itself")
        )
    for name, repeated in placeholders(value):
        _check(name, repeated)
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError):
        raise FormError(Phrase("holds what JSON has no word for"), Phrase("put it in quotes")) from None


def _check(name: str, repeated: bool) -> None:
    known = (*OF_SLOT, *OF_PARAMETER)
    if name not in known:
        hint = did_you_mean(name, known)
        raise FormError(
            Phrase("has an unknown placeholder {{{name}}}", name=name),
            hint or Phrase("known are {known}", known=", ".join(known)),
        )
    if name in OF_PARAMETER and not repeated:
        raise FormError(
            Phrase("has {{{name}}} where no parameter is meant", name=name),
            Phrase("write it in a list of one item, or below a member whose name has {symbol} in it"),
        )


def _plain(text: str) -> Any:
    return json.loads(text)


Template = Annotated[str, PlainValidator(_parse_template), PlainSerializer(_plain)]
