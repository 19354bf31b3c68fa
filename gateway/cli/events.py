"""`gateway events`: what was noticed: findings of quality, exceedances of limits, outages of more than twelve hours,
ports that are not as declared, what is wrong with cameras."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.slots import From, To, bounds, usage
from gateway.cli.storage import only_cameras_ran, open_storage
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.findings import Finding
    from gateway.core.video import CameraEvent

_SHOWN_DAYS = 7
"""Without --from and --to."""
_NO_SLOTS = ("port", "box", "instrument")
"""Topics whose episodes count how often something came."""
_PEAK = {"amount_unattributed": Phrase("together"), "amount_unknown": Phrase("by")}


def events(
    first: From = None,
    last: To = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help="quality, exceedance, outage, delivery, storage, clock, port, box, instrument, camera; or one of their"
            " kinds: negative.",
            show_default=False,
        ),
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: Json = False,
) -> None:
    """What lasted at some time between --from and --to, oldest first. Without them: the last seven days."""
    from gateway.core.errors import GatewayError
    from gateway.core.instants import DAY_MS, FAR_FUTURE_MS
    from gateway.reports.cameras import camera_events
    from gateway.reports.noticed import NOTICED_KINDS, findings_of, in_order, noticed_to_json
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    if kind is not None and kind not in NOTICED_KINDS:
        raise usage(Phrase("--kind {kind}: write one of {kinds}", kind=kind, kinds=", ".join(NOTICED_KINDS)))
    from_ms, until_ms = bounds(configuration, first, last)
    if from_ms is None:
        from_ms = SystemClock().now().wall_ms - _SHOWN_DAYS * DAY_MS if until_ms is None else 0
    found: list[Finding] = []
    try:
        with closing(open_storage(configuration)) as database:
            found = findings_of(database, from_ms, until_ms or FAR_FUTURE_MS)
    except GatewayError as error:
        if not only_cameras_ran(configuration):
            raise
        say(Phrase("gateway: these are of cameras alone: {error}", error=error), err=True)
    try:
        seen = camera_events(configuration, from_ms, until_ms or FAR_FUTURE_MS)
    except GatewayError as error:
        say(Phrase("gateway: what is wrong with cameras is not among these: {error}", error=error), err=True)
        seen = []
    told = in_order(found, seen, kind)
    if as_json:
        print_json(noticed_to_json(told, configuration.station.timezone))
        return
    for one in told:
        say(_line(one, configuration))
    if not told:
        say(Phrase("nothing was noticed"), err=True)


def _line(noticed: Finding | CameraEvent, configuration: Configuration) -> str:
    from gateway.cli.terms import cause_code_words, detail_words, noticed_called, reason_words
    from gateway.core.findings import CALIBRATION_KINDS, DESTINATION_KINDS
    from gateway.core.validity import VALIDITY_KINDS
    from gateway.core.video import CameraEvent

    if isinstance(noticed, CameraEvent):
        return _camera_line(noticed, configuration)
    finding, episode = noticed, noticed.episode
    until = Phrase("now") if episode.end_ms is None else _local(episode.end_ms, configuration)
    no_slots = (*CALIBRATION_KINDS, *VALIDITY_KINDS, *DESTINATION_KINDS)
    is_of_slots = finding.topic not in _NO_SLOTS and episode.kind not in no_slots
    count = _counted(str(episode.kind), episode.count, is_of_slots=is_of_slots)
    how = _PEAK.get(episode.kind, Phrase("at worst"))
    worst = "" if episode.peak is None else Phrase(", {how} {peak:g}", how=how, peak=episode.peak)
    detail = (
        detail_words(finding.detail) if finding.detail else cause_code_words(finding.cause) if finding.cause else ""
    )
    about: str = Phrase(" ({detail})", detail=detail) if detail else ""
    if finding.reason is not None:
        about = Phrase("{about}: {reason}", about=about, reason=reason_words(finding.reason))
    return Phrase(
        "{begin} to {until:<19}  {subject:<10} {kind:<19} {count}{worst}{about}",
        begin=_local(episode.begin_ms, configuration),
        until=until,
        subject=finding.subject,
        kind=noticed_called(str(episode.kind)),
        count=count,
        worst=worst,
        about=about,
    )


def _counted(kind: str, count: int, *, is_of_slots: bool) -> Phrase:
    """What episodes of a kind count."""
    from gateway.core.number_of import number_of

    match kind:
        case "amount_unattributed":
            return number_of(count, "gap")
        case "amount_unknown":
            return number_of(count, "reading")
        case "counter_reset":
            return number_of(count, "reset")
        case "not_proven":
            return number_of(count, "file")
        case "orders_late":
            return number_of(count, "order")
    return number_of(count, "slot") if is_of_slots else number_of(count, "time")


def _camera_line(event: CameraEvent, configuration: Configuration) -> str:
    from gateway.cli.terms import noticed_called

    until = Phrase("now") if event.ended_ms is None else _local(event.ended_ms, configuration)
    picture = Phrase(" (picture: {picture})", picture=event.picture) if event.picture else ""
    return Phrase(
        "{began} to {until:<19}  {camera:<10} {kind:<19} {detail}{picture}",
        began=_local(event.began_ms, configuration),
        until=until,
        camera=(event.camera or Phrase("video")),
        kind=noticed_called(event.kind.value),
        detail=event.detail,
        picture=picture,
    )


def _local(at_ms: int, configuration: Configuration) -> str:
    from gateway.reports.noticed import local_second

    return local_second(at_ms, configuration.station.timezone)
