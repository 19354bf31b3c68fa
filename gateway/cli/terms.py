"""What codes are called in a sentence, in the language that this command speaks. A code itself never changes: in files,
in the database and in JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.core.averaging import Averaging
from gateway.core.clock_trust import TrustState
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.phrase import Phrase
from gateway.core.reading import Status
from gateway.core.video import RecordingState
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.lanes import Lane

if TYPE_CHECKING:
    from gateway.core.lateness import DelayCause
    from gateway.core.permit_limit import Detail
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
    ComponentKind.LINK: Phrase("link"),
    ComponentKind.INSTRUMENT: Phrase("instrument"),
    ComponentKind.DESTINATION: Phrase("destination"),
    ComponentKind.CERTIFICATE: Phrase("certificate"),
    ComponentState.UP: Phrase("up"),
    ComponentState.DOWN: Phrase("down"),
    ComponentState.REJECTED: Phrase("rejected"),
    TrustState.TRUSTED: Phrase("trusted"),
    TrustState.DRIFTING: Phrase("drifting"),
    TrustState.ASSUMED: Phrase("assumed"),
    TrustState.UNTRUSTED: Phrase("untrusted"),
    RecordingState.RECORDING: Phrase("recording"),
    RecordingState.CONNECTING: Phrase("connecting"),
    RecordingState.NO_ANSWER: Phrase("no-answer"),
    RecordingState.SILENT: Phrase("silent"),
    RecordingState.NO_DISK: Phrase("no-disk"),
    RecordingState.REMOVED: Phrase("removed"),
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


def cause_code_words(code: str | None) -> str:
    """What made an outage, as it was written down; in English the code."""
    return _reported(f"term.cause_{code or 'unknown'}", code or "unknown")


def kind_called(kind: str) -> str:
    """What was found: of a value, a camera, a delivery."""
    return _reported(f"term.noted_{kind}", kind.replace("_", " ").replace("-", " "))


def box_called(kind: str) -> str:
    """What is the matter with the box."""
    return _reported(f"need.box_{kind}", kind)


def violation_called(kind: str) -> str:
    """How a port is not as declared."""
    return _reported(f"term.violation_{kind}", kind)


def detail_words(detail: Detail) -> str:
    """Of a finding: a limit in the reader's language, anything else as it was written down."""
    from gateway.cli.speech import language_spoken
    from gateway.config import Language
    from gateway.core.permit_limit import PermitLimit
    from gateway.texts import Wording

    language = language_spoken()
    if isinstance(detail, PermitLimit) and language is not Language.ENGLISH:
        return Wording.of(language).permit_limit(detail)
    return str(detail)


def _reported(key: str, english: str) -> str:
    """As reports call it; in English the code's own words."""
    from gateway.cli.speech import language_spoken
    from gateway.config import Language
    from gateway.texts import texts_in

    language = language_spoken()
    if language is Language.ENGLISH or not texts_in(language).has(key):
        return english
    words = texts_in(language)(key)
    return words[0].lower() + words[1:]
