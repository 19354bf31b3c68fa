"""Which entries of the journal people are told of, as what; nothing that one may hold stops the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.alert import AlertKind, AlertState
from gateway.core.alert_digest import alert_from_json, alert_to_json, alerts_in, digest_of
from gateway.core.alert_entries import LONG_OFF_MS, alert_of
from gateway.core.journal_entry import EntryKind

AT_MS, HASH = 1_767_200_400_000, "ab" * 32
BEGAN, ENDED = AlertState.BEGAN, AlertState.ENDED


def event(kind: str, state: str = "began", **more: Any) -> dict[str, Any]:
    return {"state": state, "kind": kind, "subjects": {"x": None}, "began_ms": 5, **more}


@pytest.mark.parametrize(
    ("entry", "what", "told"),
    [
        (EntryKind.OUTAGE, event("outage"), (AlertKind.OUTAGE, BEGAN)),
        (EntryKind.OUTAGE, event("gateway_off", "ended", ended_ms=9), (AlertKind.OUTAGE, ENDED)),
        (EntryKind.DELIVERY, event("unreachable"), (AlertKind.OUTAGE, BEGAN)),
        (EntryKind.DELIVERY, event("rejected"), (AlertKind.REJECTED, BEGAN)),
        (EntryKind.DELIVERY, event("not_proven"), (AlertKind.REJECTED, BEGAN)),
        (EntryKind.DELIVERY, {"action": "resend", "destination": "x"}, None),
        (EntryKind.INSTRUMENT, event("silent"), (AlertKind.INSTRUMENT, BEGAN)),
        (EntryKind.QUALITY, event("flatline"), (AlertKind.INSTRUMENT, BEGAN)),
        (EntryKind.QUALITY, event("over_limit_for_days"), (AlertKind.EXCEEDED, BEGAN)),
        (EntryKind.EXCEEDANCE, event("exceeded"), (AlertKind.EXCEEDED, BEGAN)),
        (EntryKind.EXCEEDANCE, event("tendency"), None),
        (EntryKind.PORT, event("door-open"), (AlertKind.PORT, BEGAN)),
        (EntryKind.PORT, event("door-open", "restless", times=9), (AlertKind.PORT, BEGAN)),
        (EntryKind.PORT, event("door-open", "restless", times=9, ended_ms=7), (AlertKind.PORT, ENDED)),
        (EntryKind.PORT, event("door-open", taken_over=True), None),
        (EntryKind.BOX, event("low_space"), (AlertKind.DISK, BEGAN)),
        (EntryKind.CAMERA, {"state": "began", "camera": "c", "kind": "black"}, (AlertKind.CAMERA, BEGAN)),
        (EntryKind.CAMERA, {"state": "began", "kind": "disk-missing"}, (AlertKind.DISK, BEGAN)),
        (EntryKind.CAMERA, {"act": "pin", "state": "began", "camera": "c"}, None),
        (EntryKind.CLOCK, {"state": "untrusted", "since_ms": 4}, (AlertKind.CLOCK, BEGAN)),
        (EntryKind.CLOCK, {"state": "trusted", "since_ms": 4}, (AlertKind.CLOCK, ENDED)),
        (EntryKind.CLOCK, {"state": "set", "by_ms": 4}, None),
        (EntryKind.STORAGE, {"act": "found", "matter": "row", "subject": "r"}, (AlertKind.DAMAGE, BEGAN)),
        (EntryKind.STORAGE, {"act": "found", "matter": "row", "mended": True}, (AlertKind.DAMAGE, ENDED)),
        (EntryKind.STORAGE, {"act": "closed", "matter": "row", "subject": "r"}, (AlertKind.DAMAGE, ENDED)),
        (EntryKind.STORAGE, {"of": "cameras", "matter": "row", "state": "began"}, (AlertKind.DAMAGE, BEGAN)),
        (EntryKind.STORAGE, event("rolled_back"), None),
        (EntryKind.ROLLBACK, {"reason": "older"}, (AlertKind.DAMAGE, BEGAN)),
        (EntryKind.KEY, {"before": None, "public": "x"}, None),
        (EntryKind.KEY, {"before": "y", "public": "x"}, (AlertKind.DAMAGE, BEGAN)),
        (EntryKind.SAMPLE, {"act": "asked", "request": 1}, (AlertKind.ORDER, BEGAN)),
        (EntryKind.SAMPLE, {"act": "settled", "request": 1}, (AlertKind.ORDER, ENDED)),
        (EntryKind.STANDSTILL, {"from_ms": 0, "until_ms": LONG_OFF_MS}, (AlertKind.OUTAGE, ENDED)),
        (EntryKind.STANDSTILL, {"from_ms": 0, "until_ms": 6_000}, None),
        (EntryKind.START, {"before": None}, None),
        (EntryKind.START, {"before": {"end": "in order", "ended_ms": 1}}, None),
        (EntryKind.START, {"before": {"end": "sudden", "last_trace_ms": AT_MS - 1000}}, None),
        (
            EntryKind.START,
            {"before": {"end": "sudden", "last_trace_ms": AT_MS - LONG_OFF_MS}},
            (AlertKind.OUTAGE, ENDED),
        ),
        (EntryKind.LOGIN, {"state": "in"}, None),
        ("of a newer gateway", {"state": "began"}, None),
    ],
)
def test_an_entry_is_told_as_what_it_is(
    entry: str, what: Mapping[str, Any], told: tuple[AlertKind, AlertState] | None
) -> None:
    alert = alert_of(entry, what, AT_MS, HASH)
    assert (None if alert is None else (alert.kind, alert.state)) == told


def test_it_has_the_entrys_times_and_words_and_is_the_same_each_time() -> None:
    what = event("door-open", "ended", ended_ms=9, detail="tcp/22")
    alert = alert_of(EntryKind.PORT, what, AT_MS, HASH)
    assert alert is not None
    assert (alert.began_ms, alert.ended_ms, alert.subjects, alert.id) == (5, 9, ("x",), HASH[:32])
    assert alert.facts == {**what, "entry": "port"}
    assert alert_of(EntryKind.PORT, what, AT_MS, HASH) == alert
    assert alert_from_json(alert_to_json(alert)) == alert


def test_a_digest_holds_the_newest_and_says_how_many_there_were() -> None:
    alerts = [alert_of(EntryKind.PORT, event("door-open"), AT_MS, f"{n:064x}"[::-1]) for n in range(150)]
    known = [one for one in alerts if one is not None]
    inside, count = alerts_in(digest_of(known))
    assert (inside, count) == (tuple(known[-100:]), 150)
    assert digest_of(known) == digest_of(known)
    assert digest_of(known).id != digest_of(known[1:]).id


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
WORDS = st.sampled_from(
    ["state", "kind", "subjects", "act", "before", "began_ms", "ended_ms", "from_ms", "until_ms", "matter", "camera"]
)


@given(st.sampled_from(list(EntryKind)), st.dictionaries(WORDS, JSON | st.sampled_from(["began", "ended"]), max_size=8))
def test_nothing_that_an_entry_holds_makes_it_fail(entry: EntryKind, what: dict[str, Any]) -> None:
    alert = alert_of(entry, what, AT_MS, HASH)
    if alert is not None:
        assert alert_from_json(alert_to_json(alert)) == alert
