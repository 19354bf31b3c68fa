"""What waits for a destination that nothing is sent to any more."""

from __future__ import annotations

from gateway.config import Language
from gateway.outbox.left_behind import LeftBehind, left_behind
from gateway.texts.phrases import said
from tests.support.journey import MIDNIGHT_MS, SLOT_MS, Journey

NOW_MS = MIDNIGHT_MS + 10 * SLOT_MS


def test_those_that_are_gone_or_not_in_use_are_told_with_what_becomes_of_their_files(journey: Journey) -> None:
    for number in (1, 2):
        journey.send(MIDNIGHT_MS + number * SLOT_MS, ["so", "bo", "co"])
    assert list(left_behind(journey.database, ["so", "bo", "co"], ["so", "bo", "co"], NOW_MS)) == []
    assert list(left_behind(journey.database, ["so", "bo"], ["so"], NOW_MS)) == [
        LeftBehind("bo", 2, is_configured=True),
        LeftBehind("co", 2, is_configured=False),
    ]


def test_it_is_said_in_both_languages() -> None:
    gone, idle = LeftBehind("bo", 1200, is_configured=False).words, LeftBehind("bo", 1, is_configured=True).words
    assert "it is not configured any more, with 1,200 files waiting for it: they are kept, and sent once" in gone
    assert "gateway deliveries close bo --reason …" in gone
    assert "with 1 file waiting for it" in idle
    assert "gateway deliveries close bo --all --reason …" in idle
    assert said(gone, Language.VIETNAMESE).startswith(
        "nơi nhận bo: không còn trong cấu hình, mà còn 1 200 tệp đang chờ"
    )
