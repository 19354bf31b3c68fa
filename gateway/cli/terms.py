"""What codes are called in a sentence, in the language that this command speaks. A code itself never changes: in files,
in the database and in JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.core.averaging import Averaging
from gateway.core.phrase import Phrase
from gateway.core.reading import Status
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.interventions import Action
from gateway.outbox.lanes import Lane

if TYPE_CHECKING:
    from gateway.core.lateness import DelayCause
    from gateway.core.reason import Reason

_CALLED: dict[str, Phrase] = {
    Averaging.MEAN: Phrase("mean"),
    Averaging.VECTOR: Phrase("vector"),
    Averaging.SUM: Phrase("sum"),
    Averaging.MAX: Phrase("max"),
    Averaging.LAST: Phrase("last"),
    DeliveryState.WAITING: Phrase("waiting"),
    DeliveryState.DELIVERED: Phrase("delivered"),
    DeliveryState.REFUSED: Phrase("refused"),
    DeliveryState.CLOSED: Phrase("closed"),
    DeliveryState.EMPTY: Phrase("empty"),
    Action.RESEND: Phrase("resend"),
    Action.REPLACE: Phrase("replace"),
    Action.RELEASE: Phrase("release"),
    Action.CLOSE: Phrase("close"),
    Lane.LIVE: Phrase("live"),
    Lane.BACKLOG: Phrase("backlog"),
}
"""Where the word of a sentence is the code, in English."""

_OUTCOMES = {
    "delivered": Phrase("delivered"),
    "refused": Phrase("refused"),
    "failed": Phrase("failed"),
    "unproven": Phrase("unproven"),
}

_STATUSES = {
    Status.MEASURING: Phrase("measuring"),
    Status.CALIBRATING: Phrase("calibrating"),
    Status.FAULT: Phrase("fault"),
}


def called(code: StrEnum) -> str:
    """What a code is called; of one that only another version knows, the code."""
    return _CALLED.get(code, code.value)


def outcome_called(outcome: str) -> str:
    """Of a try to send a file."""
    return _OUTCOMES.get(outcome, outcome)


def status_called(status: Status) -> Phrase:
    """Of a value: its status, in a word."""
    return _STATUSES[status]


def cause_words(cause: DelayCause) -> str:
    """What made a file late, or kept it from being made."""
    return _term(f"cause_{cause.value}", cause.value)


def reason_words(reason: Reason) -> str:
    """Why a value is not 00, and what exactly in brackets, as it was written down."""
    words = _term(f"reason_{reason.cause.value}", reason.cause.value)
    return f"{words} ({reason.detail})" if reason.detail else words


def _term(key: str, code: str) -> str:
    """As reports call it; of what only another version knows, the code."""
    from gateway.cli.speech import language_spoken
    from gateway.texts import texts_in

    texts = texts_in(language_spoken())
    words = texts(f"term.{key}") if texts.has(f"term.{key}") else code
    return words[0].lower() + words[1:]
