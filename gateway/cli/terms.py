"""What codes are called in a sentence, in the language that this command speaks. A code itself never changes: in files,
in the database and in JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.core.phrase import Phrase
from gateway.core.reading import Status

if TYPE_CHECKING:
    from gateway.core.in_words import InWords
    from gateway.core.lateness import DelayCause
    from gateway.core.permit_limit import Detail
    from gateway.core.reason import Reason

_CALLED: dict[str, Phrase] = {
    word: word
    for word in (
        # how a value is made
        Phrase("mean"),
        Phrase("vector"),
        Phrase("sum"),
        Phrase("max"),
        Phrase("last"),
        # a delivery
        Phrase("waiting"),
        Phrase("delivered"),
        Phrase("refused"),
        Phrase("closed"),
        Phrase("empty"),
        # an intervention
        Phrase("resend"),
        Phrase("replace"),
        Phrase("release"),
        Phrase("close"),
        # its lane
        Phrase("live"),
        Phrase("backlog"),
        # a component and its state
        Phrase("link"),
        Phrase("instrument"),
        Phrase("destination"),
        Phrase("certificate"),
        Phrase("up"),
        Phrase("down"),
        Phrase("rejected"),
        # the clock
        Phrase("trusted"),
        Phrase("drifting"),
        Phrase("assumed"),
        Phrase("untrusted"),
        # a camera
        Phrase("recording"),
        Phrase("connecting"),
        Phrase("no-answer"),
        Phrase("silent"),
        Phrase("no-disk"),
        Phrase("failed"),
        Phrase("removed"),
        # a pin
        Phrase("hand"),
        Phrase("exceeded"),
        Phrase("port"),
        Phrase("calibration"),
        # ports and seals
        Phrase("used"),
        Phrase("locked"),
        Phrase("unused"),
        Phrase("put"),
        Phrase("broken"),
        # who says the time, and what is thought of it
        Phrase("server"),
        Phrase("kernel"),
        Phrase("rtc"),
        Phrase("authority"),
        Phrase("ok"),
        Phrase("falseticker"),
        Phrase("unsynchronised"),
        # an alert
        Phrase("told"),
        Phrase("passed"),
        Phrase("began"),
        Phrase("ended"),
        Phrase("several"),
        Phrase("test"),
        # a calibration
        Phrase("running"),
        Phrase("restoring"),
        Phrase("done"),
        Phrase("stopped"),
        Phrase("zero"),
        Phrase("span"),
        Phrase("comparison"),
        # a sample that was asked for
        Phrase("writing"),
        Phrase("taken"),
        Phrase("unconfirmed"),
        Phrase("unknown"),
        Phrase("not_taken"),
        Phrase("too_soon"),
        # a file at the authority
        Phrase("missing"),
        Phrase("different"),
        Phrase("conflict"),
        Phrase("extra"),
        Phrase("taken_away"),
        Phrase("not_told"),
    )
}
"""Where the word of a sentence is the code, in English."""

_OUTCOMES = {
    "delivered": Phrase("delivered"),
    "refused": Phrase("refused"),
    "failed": Phrase("failed"),
    "unproven": Phrase("unproven"),
}

_NOTICED = {
    "other_bytes": Phrase("other_bytes"),
    "not_proven": Phrase("not_proven"),
    "orders_late": Phrase("orders_late"),
    "rolled_back": Phrase("rolled_back"),
    "journal_altered": Phrase("journal_altered"),
    "rejected": Phrase("rejected"),
    "unreachable": Phrase("unreachable"),
    "certificate_ending": Phrase("certificate_ending"),
    "silent": Phrase("silent"),
    "garbled": Phrase("garbled"),
    "refused": Phrase("refused"),
}
"""What no report calls otherwise."""

_STATUSES = {
    Status.MEASURING: Phrase("measuring"),
    Status.CALIBRATING: Phrase("calibrating"),
    Status.FAULT: Phrase("fault"),
}


def called(code: StrEnum) -> str:
    """What a code is called; of one that only another version knows, the code."""
    return _CALLED.get(code.value, code.value)


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
    return Phrase("{words} ({detail})", words=words, detail=reason.detail) if reason.detail else words


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


def noticed_called(kind: str) -> str:
    """Of an event: what was noticed, of whatever it is; in English the code."""
    if kind in _NOTICED:
        return _NOTICED[kind]
    known = (f"term.noted_{kind}", f"need.box_{kind}", f"term.violation_{kind}")
    return next((words for key in known if (words := _reported(key, kind)) != kind), kind)


def alert_called(kind: str) -> str:
    """Of what people were told; in English the code."""
    return _reported(f"alert.of_kind.{kind}", kind)


def matter_called(kind: str) -> str:
    """Of what was set aside; in English the code."""
    return _reported(f"page.system.matter.{kind}", kind)


def gap_called(cause: str) -> str:
    """Why there is no video; in English the code."""
    return _reported(f"term.gap_{cause}", cause)


def box_called(kind: str) -> str:
    """What is the matter with the box."""
    return _reported(f"need.box_{kind}", kind)


def violation_called(kind: str) -> str:
    """How a port is not as declared."""
    return _reported(f"term.violation_{kind}", kind)


def both(words: InWords) -> str:
    """What a regulation says: in Vietnamese alone, or that behind the English."""
    from gateway.cli.speech import language_spoken

    return words.vi if language_spoken().value == "vi" else f"{words.en} ({words.vi})"


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
