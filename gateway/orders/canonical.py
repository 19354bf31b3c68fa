"""JSON in the one form that is signed (RFC 8785): the same document is always the same bytes."""

from __future__ import annotations

from typing import Any

import rfc8785


class NoCanonicalForm(ValueError):
    """It has a number or a text in it that the form cannot hold."""


def canonical(document: Any) -> bytes:
    """
    Raises:
        NoCanonicalForm: an integer beyond 2^53, an infinite number, half a surrogate pair, or nested too deeply.
    """
    try:
        return bytes(rfc8785.dumps(document))
    except (ValueError, RecursionError) as error:
        raise NoCanonicalForm(str(error)) from None
