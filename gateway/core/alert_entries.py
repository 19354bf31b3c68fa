"""Which entries of the journal a person is told of, and as what. Pure; never fails over what an entry holds.

What was taken over from before the journal is old news, what people did they know, and an event of which a more exact
entry tells is left to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from gateway.core.alert import Alert, AlertKind, AlertState
from gateway.core.findings import JOURNAL_ALTERED, ORDERS_LATE, ROLLED_BACK, UNREACHABLE
from gateway.core.instants import MINUTE_MS
from gateway.core.journal_entry import EntryKind
from gateway.core.limits import Level
from gateway.core.quality import QualityFlag
from gateway.core.video import CameraEventKind

LONG_OFF_MS = 5 * MINUTE_MS
"""A slot: the gateway was off, or did nothing, for at least so long."""
_EVENTS = {
    EntryKind.OUTAGE: AlertKind.OUTAGE,
    EntryKind.DELIVERY: AlertKind.REJECTED,
    EntryKind.QUALITY: AlertKind.INSTRUMENT,
    EntryKind.INSTRUMENT: AlertKind.INSTRUMENT,
    EntryKind.EXCEEDANCE: AlertKind.EXCEEDED,
    EntryKind.PORT: AlertKind.PORT,
    EntryKind.BOX: AlertKind.DISK,
}
"""Entries that are events of that topic."""
_OTHERWISE = {
    (EntryKind.DELIVERY, UNREACHABLE): AlertKind.OUTAGE,
    (EntryKind.DELIVERY, ORDERS_LATE): AlertKind.ORDER,
    (EntryKind.QUALITY, QualityFlag.OVER_LIMIT_FOR_DAYS.value): AlertKind.EXCEEDED,
}
"""Events of these kinds are told as something else than the rest of their topic."""
_NOT_TOLD = {
    (EntryKind.EXCEEDANCE, Level.TENDENCY.value),
    (EntryKind.EXCEEDANCE, Level.PREPARING.value),
    (EntryKind.STORAGE, ROLLED_BACK),
    (EntryKind.STORAGE, JOURNAL_ALTERED),
}
_DISK_KINDS = {
    CameraEventKind.SHORT_OF_ROOM.value,
    CameraEventKind.REMOVED_EARLY.value,
    CameraEventKind.DISK_MISSING.value,
    CameraEventKind.PINS_FULL.value,
}
"""What the recorder of video says of its disk."""
_BEGAN, _ENDED = AlertState.BEGAN, AlertState.ENDED
_GOOD_CLOCK = "trusted"
_LEFT_AGAIN = ("returned", "stuck")
_KNOWN = frozenset(EntryKind)


def alert_of(kind: str, what: Mapping[str, Any], at_ms: int, entry_hash: str) -> Alert | None:
    """`kind`, `what`, `at_ms`, `entry_hash`: an entry's. `None`: nobody is told of it."""
    if kind not in _KNOWN or what.get("taken_over"):
        return None
    told = _told(EntryKind(kind), what)
    if told is None:
        return None
    alert_kind, state, subjects = told
    began_ms = _time(what, "first_began_ms", "began_ms", "from_ms", "since_ms")
    if kind == EntryKind.START:
        began_ms = _off_since_ms(what)
        if began_ms is None or at_ms - began_ms < LONG_OFF_MS:
            return None
    if state is _BEGAN and began_ms is None:
        began_ms = at_ms
    ended_ms = _time(what, "ended_ms", "until_ms") or at_ms if state is _ENDED else None
    facts = {**what, "entry": kind}
    return Alert(entry_hash[:32], alert_kind, state, subjects, began_ms, ended_ms, facts)


def event_alert(topic: str, kind: str, subject: str, facts: Mapping[str, Any]) -> Alert | None:
    """What lasts of an event by itself, without the entry that tells of it."""
    key = f"event|{topic}|{kind}|{subject}|{facts.get('detail')}|{facts.get('began_ms')}"
    content = {**facts, "state": "began", "kind": kind, "subjects": {subject: None}}
    return alert_of(topic, content, 0, sha256(key.encode(errors="backslashreplace")).hexdigest())


_Told = tuple[AlertKind, AlertState, tuple[str, ...]]


def _told(entry: EntryKind, what: Mapping[str, Any]) -> _Told | None:
    kind = str(what.get("kind"))
    if (entry, kind) in _NOT_TOLD:
        return None
    if entry in _EVENTS and "act" not in what and "action" not in what:
        state = _state(what)
        alert_kind = _OTHERWISE.get((entry, kind), _EVENTS[entry])
        return None if state is None else (alert_kind, state, _subjects(what.get("subjects")))
    special = _SPECIAL.get(entry)
    return None if special is None else special(what)


def _state(what: Mapping[str, Any]) -> AlertState | None:
    """What comes and goes has begun as long as the newest of it lasts."""
    said = what.get("state")
    if said == "restless":
        return _BEGAN if what.get("ended_ms") is None else _ENDED
    return {"began": _BEGAN, "ended": _ENDED}.get(str(said))


def _subjects(said: object) -> tuple[str, ...]:
    if isinstance(said, Mapping | list | tuple):
        return tuple(map(str, said))
    return () if said is None else (str(said),)


def _time(what: Mapping[str, Any], *names: str) -> int | None:
    return next((what[name] for name in names if isinstance(what.get(name), int)), None)


def _off_since_ms(what: Mapping[str, Any]) -> int | None:
    """The last that the run before did; `None`: it ended in order, or there was none."""
    before = what.get("before")
    if not isinstance(before, Mapping) or before.get("end") != "sudden":
        return None
    return _time(before, "last_trace_ms")


def _of_camera(what: Mapping[str, Any]) -> _Told | None:
    state = _state(what)
    if "act" in what or state is None:
        return None
    kind = AlertKind.DISK if str(what.get("kind")) in _DISK_KINDS else AlertKind.CAMERA
    return kind, state, _subjects(what.get("camera") or None)


def _of_storage(what: Mapping[str, Any]) -> _Told | None:
    """Damage: found or closed in the gateway's database, begun or ended in the cameras'. What was put right is over."""
    subjects = _subjects(what.get("subject"))
    if what.get("act") == "found":
        return AlertKind.DAMAGE, _ENDED if what.get("mended") else _BEGAN, subjects
    if what.get("act") == "closed":
        return AlertKind.DAMAGE, _ENDED, subjects
    state = _state(what)
    return None if state is None or "matter" not in what else (AlertKind.DAMAGE, state, subjects)


def _of_rollback(what: Mapping[str, Any]) -> _Told:
    return AlertKind.DAMAGE, _ENDED if what.get("act") == "closed" else _BEGAN, _subjects(what.get("subject"))


def _of_key(what: Mapping[str, Any]) -> _Told | None:
    """The journal is signed by another key than before."""
    return (AlertKind.DAMAGE, _BEGAN, ()) if what.get("before") is not None else None


def _of_version(what: Mapping[str, Any]) -> _Told | None:
    """A new version was not well and was left again."""
    return (AlertKind.DAMAGE, _BEGAN, _subjects(what.get("after"))) if what.get("act") in _LEFT_AGAIN else None


def _of_clock(what: Mapping[str, Any]) -> _Told | None:
    """What is thought of it; a step is told by that, too."""
    state = what.get("state")
    if not isinstance(state, str) or state == "set" or "kind" in what:
        return None
    return AlertKind.CLOCK, _ENDED if state == _GOOD_CLOCK else _BEGAN, ()


def _of_start(what: Mapping[str, Any]) -> _Told | None:
    """The run before ended without having been told to: a power cut, a crash. Short ones are left out."""
    return (AlertKind.OUTAGE, _ENDED, ()) if _off_since_ms(what) is not None else None


def _of_standstill(what: Mapping[str, Any]) -> _Told | None:
    from_ms, until_ms = what.get("from_ms"), what.get("until_ms")
    is_long = isinstance(from_ms, int) and isinstance(until_ms, int) and until_ms - from_ms >= LONG_OFF_MS
    return (AlertKind.OUTAGE, _ENDED, ()) if is_long else None


def _of_sample(what: Mapping[str, Any]) -> _Told | None:
    state = {"asked": _BEGAN, "settled": _ENDED}.get(str(what.get("act")))
    return None if state is None else (AlertKind.ORDER, state, ())


def _of_order(what: Mapping[str, Any]) -> _Told | None:
    """A transport order that waits for a person, and no longer."""
    state = {"set_aside": _BEGAN, "released": _ENDED}.get(str(what.get("act")))
    return None if state is None else (AlertKind.ORDER, state, _subjects(what.get("id")))


_SPECIAL = {
    EntryKind.CAMERA: _of_camera,
    EntryKind.STORAGE: _of_storage,
    EntryKind.ROLLBACK: _of_rollback,
    EntryKind.KEY: _of_key,
    EntryKind.VERSION: _of_version,
    EntryKind.CLOCK: _of_clock,
    EntryKind.START: _of_start,
    EntryKind.STANDSTILL: _of_standstill,
    EntryKind.SAMPLE: _of_sample,
    EntryKind.ORDER: _of_order,
}
