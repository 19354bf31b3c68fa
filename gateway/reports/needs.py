"""What of a station's state needs a person, and what does not: for `gateway status --check`, the page and metrics.

Pure. What mends itself, or is over soon, needs nobody: a server that is away for an hour, an instrument that misses a
few polls, a calibration that runs. What only a person can put right needs one at once; the rest once it has lasted.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.audit.disk_space import is_low
from gateway.config.clock import TrustPolicy
from gateway.core.clock_trust import TrustState
from gateway.core.component import ComponentState
from gateway.core.findings import Finding
from gateway.core.instants import MINUTE_MS, local_time, milliseconds
from gateway.core.validity import ValidityState, reminders
from gateway.core.video import CameraEventKind
from gateway.db.damage import SetAsideKind
from gateway.reports.alerts import is_failing
from gateway.reports.camera_report import CameraReport
from gateway.reports.measuring_needs import measuring_needs
from gateway.reports.need import Need, NeedKind, is_long, need_of
from gateway.reports.port_policy import PolicyState
from gateway.reports.status import DestinationStatus, StationStatus

STARTING_MS = 10 * MINUTE_MS
"""So long after its start nobody wonders that the clock is not vouched for yet, or that a camera does not answer."""
SLOTS_WITHOUT = 3
"""So many slots may pass without a record before something stands still."""


def needs(status: StationStatus) -> tuple[Need, ...]:
    """All of them, in the order of their kinds; empty: the station is well.

    Of a gateway that does not run only that is told, and what holds whether or not it runs: how its instruments, its
    values and its own work fare is not known then.
    """
    found = [*_lasting(status)]
    if status.running:
        found += _now(status)
    else:
        found.append(Need(NeedKind.NOT_RUNNING, "", "need.not_running"))
    order = list(NeedKind)
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))


def _lasting(status: StationStatus) -> Iterator[Need]:
    """What the database and the disk tell, whoever runs."""
    yield from _disk(status)
    yield from _set_aside(status)
    for version, why in status.upgrades.failed:
        yield Need(NeedKind.UPGRADE, version, "need.upgrade", detail=why)
    yield from _records(status)
    for destination in status.destinations:
        yield from _destination(destination)
    yield from _orders(status)
    yield from _papers(status)
    yield from _cameras(status)
    yield from _seals(status)


def _now(status: StationStatus) -> Iterator[Need]:
    """What a running gateway tells of what it sees."""
    yield from _clock(status)
    yield from _work(status)
    yield from measuring_needs(status)
    yield from _ports(status)
    for target in status.alerts:
        if is_failing(target) and is_long(target.oldest_waiting_ms, status):
            detail, since_ms = target.last_error or "", target.oldest_waiting_ms
            yield Need(NeedKind.ALERTS, target.name, "need.alerts", since_ms, detail, target.waiting)
    for profile in status.profiles:
        if profile.has_changed:
            yield Need(NeedKind.PROFILE, profile.file.name, "need.profile")


def _is_starting(status: StationStatus) -> bool:
    return status.since_ms is not None and 0 <= status.at_ms - status.since_ms < STARTING_MS


def _clock(status: StationStatus) -> Iterator[Need]:
    clock, settings = status.clock, status.configuration.clock
    if clock.state is TrustState.TRUSTED or (clock.state is TrustState.UNTRUSTED and _is_starting(status)):
        return
    if clock.state is TrustState.ASSUMED and settings.trust is TrustPolicy.ASSUME:
        return  # as whoever wrote the configuration wanted it
    yield Need(NeedKind.CLOCK, "", f"need.clock_{clock.state}", clock.since_ms, clock.reason)


def _work(status: StationStatus) -> Iterator[Need]:
    for stage in status.stages:
        yield need_of(NeedKind.STAGE, stage)
    storage = status.storage
    if storage is not None and storage.state is ComponentState.SLOW:
        yield Need(NeedKind.STORAGE, "", "need.storage", storage.since_ms, storage.last_error or "")
    slot_ms = milliseconds(status.configuration.reporting.slot)
    longest_ms = SLOTS_WITHOUT * slot_ms + milliseconds(status.configuration.reporting.grace)
    since_ms = max(status.newest_slot_ms or 0, status.since_ms or 0)
    if status.configuration.sent and status.clock.state.is_usable and status.at_ms - since_ms > longest_ms:
        yield Need(NeedKind.STANDSTILL, "", "need.standstill", since_ms)


def _disk(status: StationStatus) -> Iterator[Need]:
    if is_low(status.free_bytes):
        yield Need(NeedKind.DISK, "", "need.disk", count=status.free_bytes // 1_000_000)
    for one in status.box.lasting:
        yield Need(NeedKind.BOX, one.subject, f"need.box_{one.episode.kind}", one.episode.begin_ms, str(one.detail))


def _set_aside(status: StationStatus) -> Iterator[Need]:
    """A line for each, but for rows, of which a worn card makes thousands."""
    rows = [one for one in status.set_aside if one.kind is SetAsideKind.ROW]
    for one in status.set_aside:
        if one.kind is not SetAsideKind.ROW:
            yield Need(NeedKind.SET_ASIDE, one.subject, f"need.set_aside_{one.kind}", one.since_ms, one.reason)
    if rows:
        newest = rows[-1]
        detail = f"{newest.subject}, {newest.reason}"
        yield Need(NeedKind.SET_ASIDE, "", "need.set_aside_row", rows[0].since_ms, detail, len(rows))


def _records(status: StationStatus) -> Iterator[Need]:
    if status.damaged.newest_ms is not None:
        yield Need(NeedKind.RECORDS, "", "need.damaged", count=status.damaged.count)
    if status.future.newest_ms is not None:
        yield Need(NeedKind.RECORDS, "", "need.future", count=status.future.count)
    if status.inspection is not None and status.inspection.found:
        found, at_ms = status.inspection.found, status.inspection.done_ms or status.inspection.begun_ms
        yield Need(NeedKind.RECORDS, "", "need.inspection", at_ms, found[0], len(found))


def _destination(shown: DestinationStatus) -> Iterator[Need]:
    """Being away for less than twelve hours needs nobody: everything is sent after."""
    name, counts, component = shown.name, shown.counts, shown.component
    if not shown.configured:
        yield Need(NeedKind.DESTINATION_GONE, name, "need.destination_gone", count=counts.pending + counts.refused)
        return
    if shown.in_use and component is not None and component.state is ComponentState.REJECTED:
        yield need_of(NeedKind.REJECTED, component)
    if shown.outage is not None:
        yield Need(NeedKind.OUTAGE, name, "need.outage", shown.outage.episode.begin_ms, shown.outage.cause or "")
    if counts.refused and not shown.gets_orders:
        yield Need(NeedKind.REFUSED, name, "need.refused", count=counts.refused)
    if counts.held:
        yield Need(NeedKind.UNPROVEN, name, "need.unproven", count=counts.held)
    if shown.digests is not None and shown.digests.refused:
        yield Need(
            NeedKind.REFUSED, name, "need.digests_refused", None, shown.digests.error or "", shown.digests.refused
        )
    certificate = shown.certificate
    if shown.in_use and certificate is not None and certificate.state is ComponentState.ENDING:
        yield need_of(NeedKind.CERTIFICATE, certificate)


def _orders(status: StationStatus) -> Iterator[Need]:
    """What a person has to put right, and what is not where it was to be within three minutes."""
    orders, zone = status.orders, status.configuration.station.timezone
    if orders is None:
        if status.orders_left:
            yield Need(NeedKind.ORDERS, "", "need.orders_left", count=status.orders_left)
        return
    if orders.set_aside:
        yield Need(NeedKind.ORDERS, "", "need.orders_set_aside", count=orders.set_aside)
    if orders.late and orders.oldest_waiting_ms is not None:
        yield Need(NeedKind.ORDERS, "", "need.orders_late", orders.oldest_waiting_ms, count=orders.late)
    for one in orders.signers:
        state = one.state(status.at_ms)
        if one.trouble is not None:
            yield Need(NeedKind.ORDERS, one.role, "need.orders_not_signed", detail=one.trouble)
        if one.until_ms is not None and state in (ValidityState.ENDING, ValidityState.ENDED):
            last = local_time(one.until_ms, zone).date()
            yield Need(NeedKind.CERTIFICATE, one.role, f"need.signature_{state}", detail=last)


def _papers(status: StationStatus) -> Iterator[Need]:
    if status.today is None:
        return
    for one in reminders(status.configuration.validities, status.today):
        if one.state is ValidityState.ENDED:
            paper = one.validity
            yield Need(NeedKind.EQUIPMENT, paper.equipment, f"term.noted_{paper.of}_ended", None, paper.until)


def _cameras(status: StationStatus) -> Iterator[Need]:
    report = status.cameras
    if report is None:
        return
    if report.unknown is not None:
        yield Need(NeedKind.CAMERA, "", "need.cameras_unknown", None, report.unknown)
        return
    configured = [camera for camera in report.cameras if camera.is_configured]
    if configured and not report.is_running:
        yield Need(NeedKind.CAMERA, "", "need.recorder_not_running")
    for camera in configured:
        yield from _camera(camera, status) if report.is_running else ()
    for one in report.findings:
        yield Need(NeedKind.CAMERA, "", f"term.noted_{one.kind}", one.began_ms, one.detail)


def _camera(camera: CameraReport, status: StationStatus) -> Iterator[Need]:
    lasts = camera.since_ms is None or not 0 <= status.at_ms - camera.since_ms < STARTING_MS
    if not camera.is_recording and lasts:
        yield Need(NeedKind.CAMERA, camera.name, "term.noted_not-recording", camera.since_ms, camera.detail or "")
    for one in camera.findings:
        if one.kind is not CameraEventKind.NOT_RECORDING:
            yield Need(NeedKind.CAMERA, camera.name, f"term.noted_{one.kind}", one.began_ms, one.detail)


def _ports(status: StationStatus) -> Iterator[Need]:
    for one in status.violations or ():
        yield Need(NeedKind.PORT, one.port, f"term.violation_{one.kind}", one.since_ms, one.detail)
    policy = status.policy
    if policy is not None and policy.state is PolicyState.DAMAGED:
        yield Need(NeedKind.PORT, "", "need.policy_damaged")
    elif policy is not None and policy.state is PolicyState.CONFIRMED and not policy.is_as_declared:
        yield Need(NeedKind.PORT, "", "need.policy_outdated", policy.since_ms)


def _seals(status: StationStatus) -> Iterator[Need]:
    for contradiction in status.seals:
        yield Need(NeedKind.SEAL, "", "need.seal", None, contradiction)


def _detail(finding: Finding) -> str:
    return str(finding.detail)
