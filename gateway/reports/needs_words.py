"""What needs a person, in words and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from gateway.core.instants import local_text, local_time
from gateway.core.lateness import DelayCause
from gateway.core.permit_limit import PermitLimit
from gateway.core.reason import Reason
from gateway.reports.need import Need, NeedKind
from gateway.texts import Wording
from gateway.texts.phrases import said


def need_words(need: Need, wording: Wording, zone: str) -> str:
    """A line: of what, what is the matter, since when, and what was said of it, in the reader's language where it is
    one of our sentences. What a device or a server said stays in its own words."""
    texts = wording.texts
    words = texts(need.key, count=wording.count(need.count))
    if need.subject:
        words = texts("need.of", subject=need.subject, what=words[0].lower() + words[1:])
    if need.since_ms is not None:
        since = wording.moment(local_time(need.since_ms, zone), has_seconds=False)
        words = texts("need.since", what=words, since=since)
    detail = _detail(need, wording)
    return f"{words}: {detail}" if detail else words


def needs_to_json(needs: Sequence[Need], wording: Wording, zone: str) -> list[dict[str, Any]]:
    """`needs` of `gateway status --json`. Keys are stable; `what` names the same as `text`, for programs."""
    return [
        {
            "kind": one.kind.value,
            "what": one.key.partition(".")[2].removeprefix("noted_"),
            "subject": one.subject or None,
            "since": local_text(one.since_ms, zone),
            "count": one.count or None,
            "text": need_words(one, wording, zone),
        }
        for one in needs
    ]


def check_to_json(needs: Sequence[Need], station: str, wording: Wording, zone: str) -> dict[str, Any]:
    """The object that `gateway status --check --json` prints."""
    return {"exit": check_code(needs), "station": station, "needs": needs_to_json(needs, wording, zone)}


def check_code(needs: Sequence[Need]) -> int:
    """Exit code of `gateway status --check`: 0 well, 1 a person is needed, 2 the gateway does not run."""
    if any(one.kind is NeedKind.NOT_RUNNING for one in needs):
        return 2
    return 1 if needs else 0


def _detail(need: Need, wording: Wording) -> str:
    detail = need.detail
    if isinstance(detail, PermitLimit):
        return wording.permit_limit(detail)
    if isinstance(detail, date):
        return wording.date(detail)
    if isinstance(detail, DelayCause):
        return _term(f"cause_{detail}", detail.value, wording)
    if isinstance(detail, Reason):
        words = _term(f"reason_{detail.cause}", detail.cause.value, wording)
        return f"{words} ({said(detail.detail, wording.texts.language)})" if detail.detail else words
    is_our_english = need.kind is NeedKind.CERTIFICATE  # a sentence of the log that says the same, and in how many days
    return "" if is_our_english and wording.is_vietnamese else said(detail, wording.texts.language)


def _term(key: str, word: str, wording: Wording) -> str:
    """In a sentence; of what only another version knows, the word itself."""
    words = wording.texts(f"term.{key}") if wording.texts.has(f"term.{key}") else word
    return words[0].lower() + words[1:]
