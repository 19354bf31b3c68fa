"""`on`: of what somebody is told."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from gateway.config.file.form_error import FormError
from gateway.config.suggest import did_you_mean
from gateway.core.alert import AlertKind
from gateway.core.phrase import Phrase

FAULT = "fault"
"""Another word for `instrument`: what an instrument's `status` calls it."""
_KNOWN = (*(kind.value for kind in AlertKind), FAULT)


def _parse_kinds(value: object) -> tuple[AlertKind, ...]:
    """
    Raises:
        FormError: no list of kinds, one that is not known, or one twice.
    """
    if not isinstance(value, list | tuple) or not value:
        raise FormError(
            Phrase("is no list of what to be told of"), Phrase("write some of [{known}]", known=", ".join(_KNOWN))
        )
    kinds: list[AlertKind] = []
    for word in value:
        if word not in _KNOWN:
            guess = did_you_mean(word, _KNOWN) if isinstance(word, str) else None
            raise FormError(
                Phrase("{word!r} is nothing to be told of", word=str(word)[:40]),
                guess or Phrase("known here: {known}", known=", ".join(_KNOWN)),
            )
        kind = AlertKind.INSTRUMENT if word == FAULT else AlertKind(word)
        if kind in kinds:
            also = Phrase(" (fault is another word for instrument)") if kind is AlertKind.INSTRUMENT else ""
            raise FormError(Phrase("names {kind} twice{also}", kind=kind, also=also), Phrase("write each once"))
        kinds.append(kind)
    return tuple(kinds)


def _written(kinds: tuple[AlertKind, ...]) -> list[str]:
    return [kind.value for kind in kinds]


AlertKinds = Annotated[tuple[AlertKind, ...], PlainValidator(_parse_kinds), PlainSerializer(_written)]
ALL_KINDS = tuple(AlertKind)
