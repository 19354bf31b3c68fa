"""`connections`, `publish`, `proof`, `passive` of a destination: ways round what its server does not allow."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.config.destinations.scheme import Scheme, schemes_that
from gateway.config.file.form_error import FormError
from gateway.config.section import Whole
from gateway.core.phrase import Phrase
from gateway.core.publishing import Proof, Publishing

Connections = Annotated[Whole, Field(ge=1, le=8)]


def check_connections(connections: int | None, scheme: Scheme | None) -> int | None:
    """Raises `FormError` where so many mean nothing."""
    if connections is not None and scheme is not None:
        if scheme.carries_messages:
            raise FormError(
                Phrase("means nothing to {scheme}", scheme=scheme), Phrase("remove it: each lane has one connection")
            )
        most = scheme.traits.most_connections
        if connections > most:
            raise FormError(
                Phrase("is more than {scheme} has use for", scheme=scheme.upper()),
                Phrase("write {most}, or 1 if the server allows one: many files share a connection", most=most),
            )
    return connections


def check_publish(publish: Publishing, scheme: Scheme | None) -> Publishing:
    """Raises `FormError` where there are no files to publish."""
    if scheme is not None and scheme.carries_messages:
        raise FormError(
            Phrase("means nothing to {scheme}", scheme=scheme), Phrase("remove it: a message is whole or not there")
        )
    return publish


def check_proof(proof: Proof, scheme: Scheme | None) -> Proof:
    """Raises `FormError` where the answer is the proof anyway."""
    if scheme is not None and scheme.carries_messages:
        raise FormError(
            Phrase("means nothing to {scheme}", scheme=scheme),
            Phrase("remove it: the broker's acknowledgement is the proof"),
        )
    return proof


def check_passive(passive: bool, scheme: Scheme | None) -> bool:
    """Raises `FormError` where there are no data connections."""
    if scheme is not None and not scheme.traits.has_data_connections:
        known = schemes_that(lambda traits: traits.has_data_connections)
        raise FormError(
            Phrase("means nothing to {scheme}", scheme=scheme), Phrase("remove it: it is for {known}", known=known)
        )
    return passive
