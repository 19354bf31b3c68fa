"""What a check of one value says when it refuses: what is wrong, and what would be right.

A fault knows neither file nor line: those are added where the document is known. It never repeats a secret.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.core.phrase import Phrase


class FormError(ValueError):
    """Raised inside the models; pydantic gathers all of them, `messages` turns each into a Problem.

    A `ValueError`, because that is what pydantic collects from a validator.
    """

    def __init__(self, wrong: Phrase, right: Phrase, key: str = "") -> None:
        """`key`: which key of the section is at fault; empty: all of it."""
        super().__init__(f"{wrong}; {right}")
        self.wrong = wrong
        self.right = right
        self.key = key
        self.more: tuple[FormError, ...] = ()
        """What is at fault besides."""


def raise_all(faults: Iterable[FormError]) -> None:
    """Raises the first of the faults, with the others as what is at fault besides; nothing, if there are none."""
    found = list(faults)
    if found:
        found[0].more = tuple(found[1:])
        raise found[0]


class MissingError(FormError):
    """What is named is not there now, or not for this user; it may be when it is needed. Warned of, not refused: a
    station measures and keeps without a password, and somebody else than the gateway's user may be checking."""
