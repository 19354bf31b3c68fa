"""What `gateway status` has to say beside its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.cli.cameras.notes import camera_notes
from gateway.cli.coloured import coloured
from gateway.cli.equipment_notes import equipment_notes
from gateway.cli.moments import local
from gateway.cli.notes_on_delivery import (
    delivery_notes,
    digest_notes,
    error_notes,
    held_notes,
    outage_notes,
    ratio_notes,
)
from gateway.cli.notes_on_storage import card_notes, kept_notes, standing_notes
from gateway.cli.ports.notes import port_notes
from gateway.cli.reasons import doubt_lines, past_lines, reason_lines, slot_lines
from gateway.cli.speech import language_spoken
from gateway.cli.terms import box_called, called, detail_words, kind_called
from gateway.core.phrase import Phrase, verbatim

if TYPE_CHECKING:
    from rich.text import Text

    from gateway.core.permit_limit import Detail
    from gateway.reports.air import AirIndex
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
        *card_notes(status),
        *_air(status),
        *_calibrations(status),
        *_due(status),
        *equipment_notes(status.configuration.validities, status.today),
        *_findings(status),
        *ratio_notes(status),
        *outage_notes(status),
        *_profiles(status),
        *port_notes(status),
        *_box(status),
        *held_notes(status),
        *digest_notes(status),
        *standing_notes(status),
        *kept_notes(status),
        *delivery_notes(status),
        *error_notes(status),
        *camera_notes(status.cameras, status.configuration.station.timezone),
    ]


def _devices(status: StationStatus) -> list[Text]:
    """What was learned of the devices."""
    return [
        coloured(
            Phrase(
                "{name}, learned on {at}: {words}",
                name=name,
                at=local(known.learned_ms, status),
                words="; ".join(known.words),
            ),
            "dim",
        )
        for name, known in status.devices.items()
    ]


def _clock(status: StationStatus) -> list[Text]:
    """What is wrong with the clock."""
    from gateway.core.clock_trust import TrustState

    clock = status.clock
    means = {
        TrustState.DRIFTING: (Phrase("and has to be set: gateway clock"), "yellow"),
        TrustState.ASSUMED: (Phrase("it is used although nobody vouches for it: gateway clock"), "yellow"),
        TrustState.UNTRUSTED: (Phrase("no slot is closed and nothing is sent: gateway clock"), "red"),
    }.get(clock.state)
    if means is None:
        return []
    words = Phrase(
        "the clock is {state}: {reason}; {then}", state=called(clock.state), reason=clock.reason, then=means[0]
    )
    return [coloured(words, means[1])]


def _without_time(status: StationStatus) -> list[Text]:
    lines = []
    if status.waits_for_time.samples:
        words = Phrase(
            "time not trusted: {count:,} readings wait for it; no slot closes, nothing is sent. The values above are as"
            " old as their times say, by a clock that may be wrong",
            count=status.waits_for_time.samples,
        )
        lines.append(coloured(words, "red"))
    if status.has_no_time.samples:
        words = Phrase(
            "{count:,} readings of earlier starts of this box have no time and are in no file",
            count=status.has_no_time.samples,
        )
        lines.append(coloured(words, "yellow"))
    return lines


def _profiles(status: StationStatus) -> list[Text]:
    """Files that changed under the running gateway: what is measured is no longer what one reads there."""
    return [coloured(one.words, "yellow") for one in status.profiles if one.has_changed]


def _air(status: StationStatus) -> list[Text]:
    """The air quality index, in its colour."""
    if status.air is None:
        return []
    return [
        _index(Phrase("hour"), status.air.hour, status),
        _index(Phrase("day"), status.air.day, status),
    ]


def _index(of: Phrase, one: AirIndex, status: StationStatus) -> Text:
    quality, until = one.quality, local(one.end_ms, status)
    if quality.air_class is None:
        few, no_table = Phrase("not enough data"), Phrase("no table of the index is in force on that day")
        why = few if one.scale is not None else no_table
        return coloured(Phrase("VN_AQI of the {of} until {until}: {why}", of=of, until=until, why=why), "dim")
    vietnamese = language_spoken().value == "vi"
    words = Phrase(
        "VN_AQI of the {of} until {until}: {index} {air_class} ({symbol})",
        of=of,
        until=until,
        index=quality.index,
        air_class=quality.air_class.vi if vietnamese else quality.air_class.en,
        symbol=quality.symbol,
    )
    return coloured(words, quality.air_class.colour)


def _calibrations(status: StationStatus) -> list[Text]:
    """Those that people declared, or that the gateway carries out, a line each."""
    from gateway.readings.calibrations import BY_ITSELF

    lines = []
    for symbol, calibration in ((shown.parameter.symbol, shown.calibration) for shown in status.parameters):
        if calibration is None:
            continue
        ends: str = verbatim("gateway calibrate stop")
        if calibration.planned_ms is not None:
            ends = local(calibration.planned_ms, status)
        elif calibration.begun_by == BY_ITSELF:
            ends = Phrase("the purge is over")
        words = Phrase(
            "{symbol} is being calibrated since {since} until {until}, by {by}: {reason}",
            symbol=symbol,
            since=local(calibration.began_ms, status),
            until=ends,
            by=calibration.begun_by,
            reason=calibration.reason,
        )
        lines.append(coloured(words, "yellow"))
    return lines


def _due(status: StationStatus) -> list[Text]:
    """Calibrations that are due within a week, or overdue."""
    from gateway.core.instants import DAY_MS

    lines = []
    for due in status.calibrations:
        last = Phrase("never calibrated")
        if due.last_ms is not None:
            last = Phrase("last calibrated {at}", at=local(due.last_ms, status))
        named = {"instrument": due.instrument, "at": local(due.due_ms, status), "last": last}
        if due.is_overdue:
            lines.append(coloured(Phrase("{instrument}: calibration overdue since {at}, {last}", **named), "red"))
        elif due.planned_ms is None and due.due_ms - status.at_ms < 7 * DAY_MS:
            lines.append(coloured(Phrase("{instrument}: calibration due {at}, {last}", **named), "yellow"))
    return lines


def _findings(status: StationStatus) -> list[Text]:
    """Findings and exceedances that last, a line each; of the levels on the way to a limit, the highest."""
    from gateway.core.findings import CALIBRATION_OVERDUE, Topic
    from gateway.core.limits import Level
    from gateway.core.quality import QualityFlag

    shown: dict[tuple[str, str, Detail], Text] = {}
    for parameter in status.parameters:
        for finding in parameter.lasting:
            if finding.episode.kind == CALIBRATION_OVERDUE:
                continue  # told by when it is due
            kind = str(finding.episode.kind)
            if finding.topic is Topic.EXCEEDANCE and kind != parameter.level:
                continue
            if kind == QualityFlag.LOW_COVERAGE and parameter.reason is not None:
                continue  # the line that says why says it all
            peak = finding.episode.peak
            words = Phrase(
                "{subject} {kind}{detail} since {since}{worst}",
                subject=finding.subject,
                kind=kind_called(kind),
                detail=Phrase(" ({detail})", detail=detail_words(finding.detail)) if finding.detail else "",
                since=local(finding.episode.begin_ms, status),
                worst="" if peak is None else Phrase(", at worst {peak:g}", peak=peak),
            )
            colour = "red" if finding.episode.kind == Level.EXCEEDED else "yellow"
            shown[finding.subject, kind, finding.detail] = coloured(words, colour)
    return list(shown.values())


def _box(status: StationStatus) -> list[Text]:
    """What is the matter with the box itself."""
    return [
        coloured(
            Phrase(
                "{subject}: {kind} since {since}: {detail}",
                subject=one.subject,
                kind=box_called(str(one.episode.kind)),
                since=local(one.episode.begin_ms, status),
                detail=one.detail,
            ),
            "red",
        )
        for one in status.box.lasting
    ]
