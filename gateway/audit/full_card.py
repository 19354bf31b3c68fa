"""When the card had hardly any room, as far as the box's own events tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gateway.core.box_rules import BoxKind
from gateway.core.clock_set import SkippedTime, skipped_ms
from gateway.core.findings import Finding, Topic
from gateway.core.full_card import FullCard


def full_card_times(
    findings: Callable[[Topic, int, int], Sequence[Finding]], from_ms: int, now_ms: int, skipped: Sequence[SkippedTime]
) -> tuple[FullCard, ...]:
    """Those that touch `[from_ms, now_ms]`, oldest first; one that lasts is until now. `findings`: of a topic, between
    two instants."""
    found = []
    for low in findings(Topic.BOX, from_ms, now_ms):
        if low.episode.kind == BoxKind.LOW_SPACE:
            begin_ms, end_ms = low.episode.begin_ms, now_ms if low.episode.end_ms is None else low.episode.end_ms
            is_doubted = skipped_ms(begin_ms, end_ms, skipped) or findings(Topic.CLOCK, begin_ms, end_ms)
            found.append(FullCard(begin_ms, end_ms, not is_doubted))
    return tuple(found)
