"""What `gateway status` has to say of the card, the database, and what held up everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.coloured import coloured
from gateway.cli.moments import local
from gateway.core.component import ComponentState
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.db.open_matters import OpenMatter
    from gateway.reports.status import StationStatus

_MATTERS = {
    "database": Phrase("database set aside"),
    "rollback": Phrase("the database is older than what was done with it"),
    "conflict": Phrase("other bytes at the far end"),
    "journal": Phrase("the journal"),
}


def card_notes(status: StationStatus) -> list[Text]:
    from gateway.audit.disk_space import is_low

    if not is_low(status.free_bytes):
        return []
    then = "" if status.has_reserve else Phrase(", and its reserve is used up or was never taken")
    left = status.free_bytes / 1e6
    return [coloured(Phrase("the card has only {left:,.0f} MB left{then}: make room", left=left, then=then), "red")]


def standing_notes(status: StationStatus) -> list[Text]:
    """What held up everything here: a storage that is slow now, a standstill of the last day."""
    from gateway.core.instants import DAY_MS

    lines = []
    if status.storage is not None and status.storage.state is ComponentState.SLOW:
        since, error = local(status.storage.since_ms, status), status.storage.last_error
        lines.append(coloured(Phrase("the storage is slow since {since}: {error}", since=since, error=error), "red"))
    one = status.standstill
    if one is not None and status.at_ms - one.until_ms < DAY_MS:
        words = Phrase(
            "the gateway stood still from {begin} until {end}: the process was stopped or starved, or the"
            " machine slept",
            begin=local(one.from_ms, status),
            end=local(one.until_ms, status),
        )
        lines.append(coloured(words, "yellow"))
    return lines


def kept_notes(status: StationStatus) -> list[Text]:
    """What is wrong with what is kept."""
    return [
        *_future(status),
        *_damaged(status),
        *_set_aside(status),
        *_inspection(status),
        *_stages(status),
    ]


def _future(status: StationStatus) -> list[Text]:
    if status.future.newest_ms is None:
        return []
    words = Phrase(
        "records that bear a time which has not come: {count}, the newest of {newest}; the clock was ahead when they"
        " were made. They are kept, counted nowhere and not sent",
        count=status.future.count,
        newest=local(status.future.newest_ms, status),
    )
    return [coloured(words, "red")]


def _damaged(status: StationStatus) -> list[Text]:
    if status.damaged.newest_ms is None:
        return []
    words = Phrase(
        "records damaged on the card, which cannot be sent: {count}, the newest of {newest}; check the card; each start"
        " tries again. What was read then: gateway export --readings",
        count=status.damaged.count,
        newest=local(status.damaged.newest_ms, status),
    )
    return [coloured(words, "red")]


def _set_aside(status: StationStatus) -> list[Text]:
    """What nobody has closed: a line for each database, roll-back and conflict, one for all rows."""
    from gateway.db.damage import SetAsideKind

    rows = [one for one in status.set_aside if one.kind is SetAsideKind.ROW]
    lines = [
        coloured(
            Phrase(
                "{matter} since {since}: {subject}: {reason}{then}",
                matter=_MATTERS[one.kind.value],
                since=local(one.since_ms, status),
                subject=one.subject,
                reason=one.reason,
                then=_what_to_do(one),
            ),
            "red",
        )
        for one in status.set_aside
        if one.kind is not SetAsideKind.ROW
    ]
    if rows:
        mended = sum(one.mended for one in rows)
        words = Phrase(
            "damage on the card: {count} found, {mended} of it put right, the newest: {subject} ({reason}); check the"
            " card. All of it: gateway status --json",
            count=len(rows),
            mended=mended,
            subject=rows[-1].subject,
            reason=rows[-1].reason,
        )
        lines.append(coloured(words, "yellow" if mended == len(rows) else "red"))
    return lines


def _what_to_do(matter: OpenMatter) -> str:
    """About a database. The recorder takes over by itself what is whole of its own."""
    from gateway.db.open_matters import CAMERAS_PREFIX

    if matter.file is None:
        return ""
    if str(matter.id).startswith(CAMERAS_PREFIX):
        return Phrase("; the recorder has taken over what is whole, see its log: gateway set-aside close")
    return Phrase("; take over what is whole: gateway recover")


def _inspection(status: StationStatus) -> list[Text]:
    if status.inspection is None or not status.inspection.found:
        return []
    found = status.inspection.found
    words = Phrase(
        "the look through the database of {at} found {count}: {first}",
        at=local(status.inspection.done_ms or status.inspection.begun_ms, status),
        count=len(found),
        first=found[0],
    )
    return [coloured(words, "red")]


def _stages(status: StationStatus) -> list[Text]:
    return [
        coloured(
            Phrase(
                "{name} fails since {since}, the rest goes on: {error}",
                name=one.name,
                since=local(one.since_ms, status),
                error=one.last_error,
            ),
            "red",
        )
        for one in status.stages
    ]
