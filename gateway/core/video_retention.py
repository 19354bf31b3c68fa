"""Which video goes now. Pure.

What has kept its time goes, unless a pin holds it. Where room is short the oldest goes first, in this order, and only
as much as is needed: what is older than 90 days; what of that only pins hold that were made by themselves; what pins by
hand hold beyond their budget, if that was told for long enough; then what is younger than 90 days, which is an event of
its own; last what pins hold of that. Never the newest hour, and nothing by a clock that nobody vouches for, but for
what keeps the recording going.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.core.video import Pin, Segment
from gateway.core.video_by_age import sort_by_age
from gateway.core.video_removal import Removal, RemovalPlan
from gateway.core.video_rules import Stock, VideoRules

LAST_ROOM_SHARE = 4
"""By a clock that is not believed nothing goes, unless no more than one part in so many of `leave_free` is left: then
the recording would stop, and which video is the oldest is known without a clock."""


def plan_removal(
    oldest_first: Iterable[Segment],
    pins: Sequence[Pin],
    stock: Stock,
    rules: VideoRules,
    now_ms: int,
    *,
    is_believed: bool,
    hand_may_go: bool = False,
    early_bytes: int,
) -> Removal:
    """`oldest_first`: segments of which there is a file, or was, by their begin; looked through only as far as needed.
    `pins`: those that hold. `is_believed`: whether the clock says how old something is. `hand_may_go`: a person was
    told for long enough that pins hold more than their budget. `early_bytes`: so much may go now that is younger than
    90 days: what another program fills must not cost all there is within minutes.
    """
    if is_believed:
        needed = stock.needed_bytes(rules)
    else:
        needed = max(0, rules.leave_free // LAST_ROOM_SHARE - stock.free_bytes)
    found = sort_by_age(oldest_first, pins, stock, rules, now_ms, is_believed, needed, early_bytes)
    plan = RemovalPlan(needed, found.is_more)
    plan.take_aged(found.aged)
    plan.keep_pins_within(found.aged_pinned, rules.pinned_bytes)
    plan.take_for_room(found.old)
    if found.young or not found.is_more:  # else there is more that no pin holds
        plan.release_for_room([*found.aged_pinned, *found.old_pinned])
        if hand_may_go:
            plan.release_beyond(found.aged_pinned, rules.pinned_bytes)
    plan.take_early(found.young, early_bytes)
    if not found.is_more:
        plan.release_early(found.young_pinned, early_bytes, hand_may_go=hand_may_go)
    return plan.result(found.aged_pinned)
