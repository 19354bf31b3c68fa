"""A station that lives through its days: the clerk's own stages over a real database, with a clock that runs ahead, an
instrument's answer each minute, and servers that take files, or do not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gateway import __version__
from gateway.app import settings
from gateway.app.digest_wiring import daily_digest
from gateway.audit import runs
from gateway.audit.calibration_findings import CalibrationFindings
from gateway.audit.configurations import adopt
from gateway.audit.equipment_watch import EquipmentWatch
from gateway.audit.events import EventStore
from gateway.audit.in_force import tell_limits, tell_versions
from gateway.audit.limit_history import limits_in_force
from gateway.audit.long_outages import LongOutageWatch
from gateway.audit.record_watch import RecordWatch
from gateway.audit.set_aside_watch import SetAsideWatch
from gateway.calibrations.results import CalibrationResults, ReferenceStandard
from gateway.config import Configuration
from gateway.core.calibration_check import CalibrationCheck, CheckKind
from gateway.core.instants import HOUR_MS, MINUTE_MS, milliseconds
from gateway.core.interfaces import Instant
from gateway.core.reading import Reading, Readings, Sample, Status
from gateway.core.reason import Reason
from gateway.files.filer import Filer
from gateway.journal.key_in_force import open_key
from gateway.outbox.action import Action
from gateway.outbox.delivery_state import DeliveryState
from gateway.outbox.digest_deliveries import DigestDeliveries, DigestResult
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.outbox.lanes import Lane
from gateway.outbox.outages import BatchFailure, DestinationOutcome
from gateway.outbox.planner import Planner
from gateway.outbox.store import DeliveryResult, WaitingDelivery
from gateway.readings.calibrations import CalibrationStore
from gateway.readings.parameter_board import ParameterBoard
from gateway.records.closer import Closer
from gateway.records.derivations import DerivationStore
from gateway.records.slot_reasons import SlotReasonStore
from tests.support.journey import Journey
from tests.support.sixty_days.accidents import Accidents, Calibrated
from tests.support.sixty_days.values import Course
from tests.support.trust import CountedFrom1970

SLOT_MS = 5 * MINUTE_MS
_CLOSED_AFTER_MS = 2_000
_ARRIVES_AFTER_MS = 3_500
_BACKLOG_PAUSE_MS = 25
_OPERATOR = "an.nguyen"


class SimulatedStation:
    """`live` takes it from `began_ms` to an instant. Nothing waits for the disk: who makes it has no use for half."""

    def __init__(
        self,
        folder: Path,
        configuration: Configuration,
        courses: Mapping[str, Course],
        accidents: Accidents,
        began_ms: int,
        closely_ms: int,
    ) -> None:
        """`closely_ms`: from when on instruments are asked each minute; before, once a slot, as they were configured
        then: what is read of old days is their records."""
        self.configuration = configuration
        self.journey = journey = Journey(folder)
        self.database = journey.database
        self.database.read("PRAGMA synchronous = OFF")
        self._courses, self._accidents, self._closely_ms = courses, accidents, closely_ms
        self._period_ms = SLOT_MS
        self._key = open_key(self.database, folder, began_ms)
        self._calibrations = CalibrationStore(self.database)
        self._events = EventStore(self.database)
        self._measured = {
            one.name: tuple(parameter.measured for parameter in one.parameters) for one in configuration.instruments
        }
        self._lengths = {one.name: milliseconds(one.interval_length) for one in configuration.active_destinations}
        self._begin(began_ms)

    def live(self, from_ms: int, until_ms: int) -> None:
        """Every slot that ends in `(from_ms, until_ms]`."""
        was_off = False
        for end_ms in range(from_ms + SLOT_MS, until_ms + 1, SLOT_MS):
            is_off = self._accidents.is_off(end_ms)
            if is_off and not was_off:
                self._stop(end_ms)
            elif was_off and not is_off:
                self._begin(end_ms - SLOT_MS + 1_000)
            was_off = is_off
            if end_ms > self._closely_ms and self._period_ms != MINUTE_MS and not is_off:
                self._period_ms = MINUTE_MS
                runs.end(self.database, self._run, end_ms - SLOT_MS + 500, "SIGTERM")
                self._recorder.finish()
                self._begin(end_ms - SLOT_MS + 1_000)
            if not is_off:
                self._slot(end_ms)
        self._recorder.finish()

    def _begin(self, at_ms: int) -> None:
        """As the daemon starts."""
        configuration, database, journey = self.configuration, self.database, self.journey
        self._run = runs.begin(database, at_ms, __version__)
        adopt(database, configuration.source, configuration.taken, configuration.file, at_ms)
        tell_versions(database, {"gateway": __version__, "python": "3.11.2", "system": "Linux 6.12"}, at_ms)
        tell_limits(database, configuration.finding_rules, at_ms)
        derivations = DerivationStore(database)
        derivations.adopt(configuration.derivation, at_ms)
        board = ParameterBoard(database, journey.readings, SLOT_MS, configuration.station.zone)
        self._recorder = journey.recorder(
            dict.fromkeys(self._measured, self._period_ms), SLOT_MS, calibrations=self._calibrations,
            aggregations=configuration.aggregations, parameter_board=board,
        )  # fmt: skip
        closer = Closer(
            journey.readings, journey.records, settings.closing_rules(configuration),
            settings.expectations(configuration), at_ms / 1000, [], self._recorder.flush, CountedFrom1970(),
            derivations, board,
        )  # fmt: skip
        self._slot_stages = (
            self._recorder,
            board,
            closer,
            Filer(journey.files, settings.renderings(configuration)),
            Planner(journey.plans, settings.subscriptions(configuration), lambda: None),
        )
        station, rules = configuration.station, limits_in_force(database, configuration.finding_rules)
        self._hourly_stages = (
            LongOutageWatch(database, self._events, station.code, SLOT_MS, settings.awaited(configuration)),
            CalibrationFindings(configuration, database, self._events),
            EquipmentWatch(configuration.validities, self._events, station.timezone),
            SetAsideWatch(database, self._events),
            *daily_digest(configuration, database, self._key, lambda: None),
        )
        self._watch = RecordWatch(
            journey.records, self._events, rules.rules(configuration.finding_rules), None, SlotReasonStore(database)
        )

    def _stop(self, end_ms: int) -> None:
        self._recorder.finish()
        span, in_order = next(one for one in self._accidents.off if end_ms in one[0])
        if in_order:
            runs.end(self.database, self._run, span.from_ms - 20_000, "SIGTERM")

    def _slot(self, end_ms: int) -> None:
        for one in self._accidents.calibrated:
            if one.span.from_ms == end_ms - SLOT_MS:
                until_ms = one.span.until_ms
                self._calibrations.begin(one.symbols, until_ms, one.reason, one.by, one.span.from_ms)
            if one.span.until_ms == end_ms - SLOT_MS:
                self._note_results(one)
        self._calibrations.end_overdue(end_ms - SLOT_MS)
        for at_ms in range(end_ms - SLOT_MS + 3_000, end_ms, self._period_ms):
            for number, (instrument, parameters) in enumerate(self._measured.items()):
                readings = self._readings(tuple(one.symbol for one in parameters), at_ms, number)
                self._recorder.accept(Sample(instrument, at_ms, at_ms / 1000, parameters, readings))
        now = _at(end_ms + _CLOSED_AFTER_MS)
        self._recorder.flush()
        for stage in self._slot_stages:
            stage.step(now)
        if any(length_ms > SLOT_MS for length_ms in self._lengths.values()) and end_ms % HOUR_MS == 0:
            for stage in self._slot_stages:  # the hour is closed after its last slot
                stage.step(now)
        for destination, length_ms in self._lengths.items():
            if end_ms % length_ms == 0:
                self._deliver(destination, end_ms)
        self._watch.step(_at(end_ms + 2 * _CLOSED_AFTER_MS))
        if end_ms % HOUR_MS == SLOT_MS * 4:
            for stage in self._hourly_stages:
                for _ in range(5):
                    stage.step(_at(end_ms + 2 * _CLOSED_AFTER_MS))

    def _readings(self, symbols: tuple[str, ...], at_ms: int, salt: int) -> Readings:
        shown: list[Reading] = []
        reasons: list[Reason | None] = []
        for number, symbol in enumerate(symbols):
            value = round(self._courses[symbol].at(at_ms, 10 * salt + number), 3)
            accident = next(
                (it for it in self._accidents.instruments if symbol in it.symbols and at_ms in it.span), None
            )
            shown.append(Reading(value, Status.MEASURING) if accident is None else accident.of(value))
            reasons.append(None if accident is None else accident.reason)
        readings = Readings.of(shown)
        return readings.with_states(readings.statuses, tuple(reasons)) if any(reasons) else readings

    def _deliver(self, destination: str, end_ms: int) -> None:
        """What waits arrives, or the server does not take it now."""
        outbox, now_ms = self.journey.outbox, end_ms + _ARRIVES_AFTER_MS
        cut = self._accidents.cut(destination, end_ms)
        if cut is not None:
            failure = BatchFailure(cut.cause, now_ms - 500, now_ms, cut.error)
            outbox.settle([], DestinationOutcome(destination, failure=failure))
            return
        waiting = outbox.waiting(destination, -1, end_ms, 1000)
        results = [self._result(destination, one, number, now_ms) for number, one in enumerate(waiting)]
        if results:
            outbox.settle(results, DestinationOutcome(destination, decided_ms=results[-1].done_ms))
        digests = DigestDeliveries(self.database)
        for digest in digests.waiting(destination, 10):
            words = "226 Transfer complete; renamed"
            digests.settle([DigestResult(digest.id, DeliveryState.DELIVERED, now_ms, now_ms + 200, words)])

    def _result(self, destination: str, one: WaitingDelivery, number: int, now_ms: int) -> DeliveryResult:
        accidents, done_ms = self._accidents, now_ms + number * _BACKLOG_PAUSE_MS
        lane = Lane.LIVE if now_ms - one.end_ms < 2 * SLOT_MS + MINUTE_MS else Lane.BACKLOG
        tried_ms = done_ms - 700
        if one.end_ms in (accidents.refused or {}).get(destination, ()):
            words = "553 Requested action not taken: file name not allowed"
            return DeliveryResult(one.id, DeliveryState.REFUSED, tried_ms, done_ms, words, lane)
        if one.end_ms in (accidents.conflicting or {}).get(destination, ()):
            name = self.journey.files.content(one.file_id).name
            words = "another file of that name lies there (412 bytes), and was left as it is"
            return DeliveryResult(
                one.id, DeliveryState.REFUSED, tried_ms, done_ms, words, lane, conflict=f"{destination}/{name}"
            )
        return DeliveryResult(
            one.id, DeliveryState.DELIVERED, tried_ms, done_ms, "226 Transfer complete; renamed", lane
        )

    def _note_results(self, one: Calibrated) -> None:
        results = CalibrationResults(self.database)
        for number, (symbol, unit, kind, reference, shown) in enumerate(one.results):
            at_ms = one.span.until_ms - (10 - number) * MINUTE_MS
            check = CalibrationCheck(symbol, unit, at_ms, CheckKind(kind), reference, shown, 5, 0.02)
            results.add(check, one.reason, one.by, one.span.until_ms + MINUTE_MS, ReferenceStandard("CRM-2026-017"))

    def close_refused(self, destination: str, from_ms: int, until_ms: int, at_ms: int, reason: str) -> None:
        """A person gives files up."""
        selection = DeliverySelection(destination, from_ms, until_ms)
        Interventions(self.database).act(Action.CLOSE, selection, _OPERATOR, at_ms, reason)


def _at(wall_ms: int) -> Instant:
    return Instant(wall_ms, wall_ms / 1000)
