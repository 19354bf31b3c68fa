"""Which proof a trial advises."""

from __future__ import annotations

import pytest

from gateway.core.presence import Presence
from gateway.core.publishing import Proof
from gateway.core.trial import TrialResult

THERE, GONE, UNTOLD = Presence.THERE, Presence.NOT_THERE, Presence.NOT_TOLD


@pytest.mark.parametrize(
    ("result", "advised", "words"),
    [
        (TrialResult(THERE, THERE, answer="226"), Proof.PRESENT, "still lay there"),
        (TrialResult(THERE, GONE, answer="226"), Proof.ANSWER, "within a second"),
        (TrialResult(GONE, GONE, answer="226"), Proof.ANSWER, "at once"),
        (TrialResult(GONE, GONE, doubt="not there"), Proof.ANSWER, "at once"),
        (TrialResult(UNTOLD, UNTOLD, answer="226"), Proof.PRESENT, "tells nothing afterwards"),
        (TrialResult(UNTOLD, UNTOLD, doubt="not told"), Proof.ANSWER, "does not tell"),
        (TrialResult(GONE, GONE, refusal="553 not that name"), None, "553"),
    ],
)
def test_what_was_seen_advises_a_proof(result: TrialResult, advised: Proof | None, words: str) -> None:
    assert result.advised is advised
    assert words in result.reason()


def test_an_error_while_looking_is_no_absence() -> None:
    assert not TrialResult(UNTOLD, UNTOLD, answer="226").is_taken_away
    assert not TrialResult(GONE, GONE, refusal="553").is_taken_away
