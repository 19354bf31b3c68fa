"""What `gateway status` has to say beside its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.cameras.notes import camera_notes
from gateway.cli.equipment_notes import equipment_notes
from gateway.cli.moments import local
from gateway.cli.ports.notes import port_notes
from gateway.cli.reasons import doubt_lines, past_lines, reason_lines, slot_lines
from gateway.cli.speech import said
from gateway.core.component import ComponentState

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.core.permit_limit import Detail
    from gateway.db.open_matters import OpenMatter
    from gateway.reports.status import StationStatus


def notes(status: StationStatus) -> list[Text]:
    """What has to be said beside the tables, each in a text of its own."""
    return [
        *_clock(status),
        *_without_time(status),
        *reason_lines(status),
        *slot_lines(status),
        *past_lines(status),
        *doubt_lines(status),
        *_devices(status),
        *_card(status),
        *_air(status),
        *_calibrations(status),
        *_due(status),
        *equipment_notes(status.configuration.validities, status.today),
        *_findings(status),
        *_outages(status),
        *_profiles(status),
        *port_notes(status),
        *_box(status),
        *_held(status),
        *_digests(status),
        *_standing(status),
        *_future(status),
        *_damaged(status),
        *_set_aside(status),
        *_inspection(status),
        *_stages(status),
        *_alerts(status),
        *_errors(status),
        *camera_notes(status.cameras, status.configuration.station.timezone),
    ]


def _devices(status: StationStatus) -> list[Text]:
    """What was learned of the devices."""
    from rich.text import Text

    return [
        Text(f"{name}, learned on {local(known.learned_ms, status)}: {'; '.join(known.words)}", "dim")
        for name, known in status.devices.items()
    ]


def _clock(status: StationStatus) -> list[Text]:
    """What is wrong with the clock."""
    from rich.text import Text

    from gateway.core.clock_trust import TrustState

    clock = status.clock
    said = {
        TrustState.DRIFTING: ("and has to be set: gateway clock", "yellow"),
        TrustState.ASSUMED: ("it is used although nobody vouches for it: gateway clock", "yellow"),
        TrustState.UNTRUSTED: ("no slot is closed and nothing is sent: gateway clock", "red"),
    }.get(clock.state)
    return [] if said is None else [Text(f"the clock is {clock.state}: {clock.reason}; {said[0]}", said[1])]


def _without_time(status: StationStatus) -> list[Text]:
    from rich.text import Text

    lines = []
    if status.waits_for_time.samples:
        words = (
            f"time not trusted: {status.waits_for_time.samples:,} readings wait for it; no slot closes, nothing is sent"
        )
        lines.append(
            Text(f"{words}. The values above are as old as their times say, by a clock that may be wrong", "red")
        )
    if status.has_no_time.samples:
        words = f"{status.has_no_time.samples:,} readings of earlier starts of this box have no time and are in no file"
        lines.append(Text(words, "yellow"))
    return lines


def _profiles(status: StationStatus) -> list[Text]:
    """Files that changed under the running gateway: what is measured is no longer what one reads there."""
    from rich.text import Text

    return [Text(one.words, "yellow") for one in status.profiles if one.has_changed]


def _card(status: StationStatus) -> list[Text]:
    from rich.text import Text

    from gateway.audit.disk_space import is_low

    if not is_low(status.free_bytes):
        return []
    then = "" if status.has_reserve else ", and its reserve is used up or was never taken"
    return [Text(f"the card has only {status.free_bytes / 1e6:,.0f} MB left{then}: make room", "red")]


def _air(status: StationStatus) -> list[Text]:
    """The air quality index, in its colour."""
    from rich.text import Text

    if status.air is None:
        return []
    lines = []
    for name, one in (("hour", status.air.hour), ("day", status.air.day)):
        quality, until = one.quality, local(one.end_ms, status)
        if quality.air_class is None:
            why = "not enough data" if one.scale is not None else "no table of the index is in force on that day"
            lines.append(Text(f"VN_AQI of the {name} until {until}: {why}", "dim"))
        else:
            words = f"VN_AQI of the {name} until {until}: {quality.index} {quality.air_class.en} ({quality.symbol})"
            lines.append(Text(words, quality.air_class.colour))
    return lines


def _calibrations(status: StationStatus) -> list[Text]:
    """Those that people declared, or that the gateway carries out, a line each."""
    from rich.text import Text

    from gateway.readings.calibrations import BY_ITSELF

    lines = []
    for symbol, calibration in ((shown.parameter.symbol, shown.calibration) for shown in status.parameters):
        if calibration is not None:
            by_hand = "the purge is over" if calibration.begun_by == BY_ITSELF else "gateway calibrate stop"
            ends = by_hand if calibration.planned_ms is None else local(calibration.planned_ms, status)
            since = local(calibration.began_ms, status)
            who = f"by {calibration.begun_by}: {calibration.reason}"
            lines.append(Text(f"{symbol} is being calibrated since {since} until {ends}, {who}", "yellow"))
    return lines


def _due(status: StationStatus) -> list[Text]:
    """Calibrations that are due within a week, or overdue."""
    from rich.text import Text

    from gateway.core.instants import DAY_MS

    lines = []
    for due in status.calibrations:
        last = "never calibrated" if due.last_ms is None else f"last calibrated {local(due.last_ms, status)}"
        if due.is_overdue:
            lines.append(
                Text(f"{due.instrument}: calibration overdue since {local(due.due_ms, status)}, {last}", "red")
            )
        elif due.planned_ms is None and due.due_ms - status.at_ms < 7 * DAY_MS:
            lines.append(Text(f"{due.instrument}: calibration due {local(due.due_ms, status)}, {last}", "yellow"))
    return lines


def _findings(status: StationStatus) -> list[Text]:
    """Findings and exceedances that last, a line each; of the levels on the way to a limit, the highest."""
    from rich.text import Text

    from gateway.core.findings import CALIBRATION_OVERDUE, Topic
    from gateway.core.limits import Level
    from gateway.core.quality import QualityFlag

    shown: dict[tuple[str, str, Detail], Text] = {}
    for parameter in status.parameters:
        for finding in parameter.lasting:
            if finding.episode.kind == CALIBRATION_OVERDUE:
                continue  # told by when it is due
            kind, detail = str(finding.episode.kind), f" ({finding.detail})" if finding.detail else ""
            if finding.topic is Topic.EXCEEDANCE and kind != parameter.level:
                continue
            if kind == QualityFlag.LOW_COVERAGE and parameter.reason is not None:
                continue  # the line that says why says it all
            worst = "" if finding.episode.peak is None else f", at worst {finding.episode.peak:g}"
            since = local(finding.episode.begin_ms, status)
            words = f"{finding.subject} {kind.replace('_', ' ')}{detail} since {since}{worst}"
            shown[finding.subject, kind, finding.detail] = Text(
                words, "red" if finding.episode.kind == Level.EXCEEDED else "yellow"
            )
    return list(shown.values())


def _outages(status: StationStatus) -> list[Text]:
    """What has to be told to the authority in writing, a line each."""
    from rich.text import Text

    return [
        Text(
            f"{shown.name}: nothing has arrived since {local(shown.outage.episode.begin_ms, status)}"
            f" (cause: {shown.outage.cause or 'unknown'}), more than 12 hours: the department is to be told in writing;"
            " gateway report outages --letter drafts it",
            "red",
        )
        for shown in status.destinations
        if shown.outage is not None
    ]


def _box(status: StationStatus) -> list[Text]:
    """What is the matter with the box itself."""
    from rich.text import Text

    return [
        Text(f"{one.subject}: {one.episode.kind} since {local(one.episode.begin_ms, status)}: {one.detail}", "red")
        for one in status.box.lasting
    ]


def _held(status: StationStatus) -> list[Text]:
    """What was accepted, is not proven, and waits for a person."""
    from rich.text import Text

    from gateway.audit.held_watch import held_words

    return [Text(held_words(one.name, one.counts.held), "red") for one in status.destinations if one.counts.held]


def _digests(status: StationStatus) -> list[Text]:
    """Digests of the journal that do not arrive: one may wait for an evening, several say that something is wrong."""
    from rich.text import Text

    from gateway.core.number_of import number_of

    lines = []
    for shown in status.destinations:
        counts = shown.digests
        if counts is None or not shown.in_use:
            continue
        error = f": {counts.error}" if counts.error else ""
        if counts.refused:
            words = f"{shown.name}: {number_of(counts.refused, 'digest')} of the journal refused{error}"
            lines.append(Text(f"{words}; once the reason is gone: gateway journal release {shown.name}", "yellow"))
        elif counts.waiting > 1:
            lines.append(Text(f"{shown.name}: {counts.waiting} digests of the journal wait{error}", "yellow"))
    return lines


def _standing(status: StationStatus) -> list[Text]:
    """What held up everything here: a storage that is slow now, a standstill of the last day."""
    from rich.text import Text

    from gateway.core.instants import DAY_MS

    lines = []
    if status.storage is not None and status.storage.state is ComponentState.SLOW:
        since = local(status.storage.since_ms, status)
        lines.append(Text(f"the storage is slow since {since}: {status.storage.last_error}", "red"))
    one = status.standstill
    if one is not None and status.at_ms - one.until_ms < DAY_MS:
        span = f"from {local(one.from_ms, status)} until {local(one.until_ms, status)}"
        words = "the process was stopped or starved, or the machine slept"
        lines.append(Text(f"the gateway stood still {span}: {words}", "yellow"))
    return lines


def _future(status: StationStatus) -> list[Text]:
    from rich.text import Text

    if status.future.newest_ms is None:
        return []
    newest = local(status.future.newest_ms, status)
    words = f"records that bear a time which has not come: {status.future.count}, the newest of {newest}"
    return [
        Text(f"{words}; the clock was ahead when they were made. They are kept, counted nowhere and not sent", "red")
    ]


def _damaged(status: StationStatus) -> list[Text]:
    from rich.text import Text

    if status.damaged.newest_ms is None:
        return []
    newest = local(status.damaged.newest_ms, status)
    words = f"records damaged on the card, which cannot be sent: {status.damaged.count}, the newest of {newest}"
    then = "check the card; each start tries again. What was read then: gateway export --readings"
    return [Text(f"{words}; {then}", "red")]


def _what_to_do(matter: OpenMatter) -> str:
    """About a database. The recorder takes over by itself what is whole of its own."""
    from gateway.db.open_matters import CAMERAS_PREFIX

    if matter.file is None:
        return ""
    if str(matter.id).startswith(CAMERAS_PREFIX):
        return "; the recorder has taken over what is whole, see its log: gateway set-aside close"
    return "; take over what is whole: gateway recover"


def _set_aside(status: StationStatus) -> list[Text]:
    """What nobody has closed: a line for each database, roll-back and conflict, one for all rows."""
    from rich.text import Text

    from gateway.db.damage import SetAsideKind

    rows = [one for one in status.set_aside if one.kind is SetAsideKind.ROW]
    others = [one for one in status.set_aside if one.kind is not SetAsideKind.ROW]
    lines = [
        Text(
            f"{_MATTERS[one.kind.value]} since {local(one.since_ms, status)}: {one.subject}: {one.reason}"
            + _what_to_do(one),
            "red",
        )
        for one in others
    ]
    if rows:
        mended = sum(one.mended for one in rows)
        lines.append(
            Text(
                f"damage on the card: {len(rows)} found, {mended} of it put right, the newest: {rows[-1].subject}"
                f" ({rows[-1].reason}); check the card. All of it: gateway status --json",
                "yellow" if mended == len(rows) else "red",
            )
        )
    return lines


_MATTERS = {
    "database": "database set aside",
    "rollback": "the database is older than what was done with it",
    "conflict": "other bytes at the far end",
    "journal": "the journal",
}


def _inspection(status: StationStatus) -> list[Text]:
    from rich.text import Text

    if status.inspection is None or not status.inspection.found:
        return []
    found = status.inspection.found
    at_ms = status.inspection.done_ms or status.inspection.begun_ms
    return [Text(f"the look through the database of {local(at_ms, status)} found {len(found)}: {found[0]}", "red")]


def _stages(status: StationStatus) -> list[Text]:
    from rich.text import Text

    return [
        Text(f"{one.name} fails since {local(one.since_ms, status)}, the rest goes on: {one.last_error}", "red")
        for one in status.stages
    ]


def _errors(status: StationStatus) -> list[Text]:
    """The last error of everything that is not well now, a line each: they are too long for a table."""
    from rich.text import Text

    from gateway.outbox.left_behind import LeftBehind

    shown = [component for _, component in status.links] + [one.component for one in status.destinations if one.in_use]
    errors = [
        Text(f"{component.kind} {component.name}: {component.last_error}", "red")
        for component in shown
        if component is not None and component.state is not ComponentState.UP and component.last_error
    ]
    certificates = [one.certificate for one in status.destinations if one.in_use]
    warnings = [
        Text(f"{certificate.kind} {certificate.name}: {certificate.last_error}", "yellow")
        for certificate in certificates
        if certificate is not None and certificate.state is ComponentState.ENDING
    ]
    forgotten = [
        Text(said(LeftBehind(one.name, count, one.configured).words), "yellow")
        for one in status.destinations
        if not one.in_use and (count := one.counts.pending + one.counts.refused)
    ]
    return errors + warnings + forgotten


def _alerts(status: StationStatus) -> list[Text]:
    """Who could not be told, and of how much."""
    from rich.text import Text

    from gateway.core.number_of import number_of
    from gateway.reports.alerts import is_failing

    return [
        Text(
            f"{one.name} cannot be told: {number_of(one.waiting, 'alert')} waiting since"
            f" {local(one.oldest_waiting_ms, status)}: {one.last_error}; gateway alerts test {one.name}",
            "red",
        )
        for one in status.alerts
        if is_failing(one) and one.oldest_waiting_ms is not None
    ]
