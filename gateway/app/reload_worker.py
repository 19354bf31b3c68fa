"""The daemon's worker that takes another configuration over while everything runs (`gateway reload`): looks once a
second, reads the file itself, once, and takes these very bytes or none.

In order: what is refused is refused before anything was touched. What is taken is first written down, together with the
journal's entry; from then on the file is what any start begins with, so that a cut in the middle leaves nothing to be
put right. Then those whom the difference concerns end, and new ones begin; nobody else notices. What fails then,
against all that was foreseen, is made good by a start of the whole daemon.
"""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from gateway.app.in_force import tell_limits_in_force
from gateway.app.lasting import Lasting
from gateway.app.station_workers import StationWorkers
from gateway.app.taken_files import keep_taken, tell_copies
from gateway.audit.configurations import adopt
from gateway.audit.reload_requests import (
    ReloadOutcome,
    ReloadRequest,
    ReloadRequests,
    ReloadState,
    RequestWithdrawn,
)
from gateway.calibrations.runs import CalibrationRuns, RunState
from gateway.config import Configuration
from gateway.config.difference import ConfigurationDifference, difference, with_accounts
from gateway.config.secret_places import secret_marks
from gateway.config.unreadable import read_by_the_daemon, unreadable
from gateway.core.component import ComponentKind, ComponentState
from gateway.core.difference import differences
from gateway.core.errors import ConfigError, GatewayError, Problem, StoreError
from gateway.core.interfaces import Instant
from gateway.core.phrase import Phrase
from gateway.outbox.left_behind import left_behind, orders_left_behind, orders_words
from gateway.runtime.process import Process
from gateway.uplinks.registry import missing_extra

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
END_WITHIN_S = 10.0
"""For those that end; a courier may be waiting for a server's answer."""
MOST_TOLD = 100
"""Places of one difference; of more the journal tells the number."""


class ReloadWorker:
    """Implements `gateway.core.interfaces.Worker`."""

    name = "reload"
    patience_s = 240.0

    def __init__(
        self,
        configuration: Configuration,
        lasting: Lasting,
        workers: StationWorkers,
        process: Process,
        load: Callable[[Path], Configuration],
        give_up: Callable[[], None],
    ) -> None:
        """`configuration`: the one that the `workers` were built of. `load` reads the file as it is now, and fails soon
        after `give_up` was called."""
        self._configuration = configuration
        self._lasting = lasting
        self._workers = workers
        self._process = process
        self._load = load
        self._give_up = give_up
        self._is_ending = False
        self._requests = ReloadRequests(lasting.database)
        self._left = self._requests.open()
        """By the run before, and not answered yet: this one has begun once there is a step here."""
        self._key = secrets.token_bytes(32)  # of this run alone: a mark that came to light would tell nothing
        self._marks = secret_marks(configuration, self._key)
        self._unread = {place for place, _, _ in unreadable(configuration)}
        """What could not be read when the running configuration was taken."""
        self._untold: tuple[int, ReloadState, ReloadOutcome] | None = None
        """What was done, and could not be written down: the card may be full."""

    def step(self, now: Instant) -> float:
        """
        Raises:
            StoreError: nothing was changed, the same again is worth trying.
        """
        self._answer_for_the_start()
        self._tell()
        for request in self._requests.open():
            if request.state is ReloadState.WAITING and not self._is_ending:
                with contextlib.suppress(RequestWithdrawn):
                    self._settle(request)
        return now.mono_s + LOOK_EVERY_S

    def interrupt(self) -> None:
        """Nothing is begun any more: whoever asked is answered by the next start. What is being exchanged is not broken
        off."""
        self._is_ending = True
        self._give_up()

    def close(self) -> None:
        """The database belongs to the application."""

    def _answer_for_the_start(self) -> None:
        if self._left:
            self._requests.settle_at_start(self._left, self._configuration.source.sha256, self._now_ms())
            self._left = []

    def _settle(self, request: ReloadRequest) -> None:
        running = self._configuration
        try:
            found = self._load(running.file)
        except ConfigError as error:
            problems = tuple(one.words for one in error.problems)
            self._refuse(request, ReloadOutcome(Phrase("the file is faulty"), problems))
            return
        except GatewayError as error:
            if self._is_ending:
                raise  # given up by ourselves, which says nothing about the file
            self._refuse(request, ReloadOutcome(error.words))
            return
        marks = secret_marks(found, self._key)
        differs = self._with_rejected(difference(running, found, self._marks, marks), running, found)
        why = self._why_not(request, found, differs)
        barred = () if why else self._newly_barred(found)
        if barred:
            why = Phrase("it names what the gateway, as the user that it runs as, cannot read")
        if why:
            self._refuse(request, ReloadOutcome(why, tuple(one.words for one in barred)))
        elif differs.needs_restart:
            with self._lasting.database.write() as connection:
                self._requests.mark(connection, request.id, ReloadState.RESTARTING)
            self._process.start_again(
                Phrase(
                    "reload with another {sections}, by {asked_by}",
                    sections=", ".join(differs.needs_restart),
                    asked_by=request.asked_by,
                )
            )
        else:
            self._take(request, found, differs, marks)

    def _refuse(self, request: ReloadRequest, outcome: ReloadOutcome) -> None:
        self._requests.refuse(request, self._configuration.source.sha256, outcome, self._now_ms())
        _log.warning(
            "configuration is not taken over, the running one goes on sha256=%s by=%s why=%r problems=%d",
            request.sha256,
            request.asked_by,
            outcome.why,
            len(outcome.problems),
        )
        for problem in outcome.problems[:MOST_TOLD]:
            _log.warning("%s", problem)

    def _why_not(self, request: ReloadRequest, found: Configuration, differs: ConfigurationDifference) -> str:
        """Why it is not taken over as it is; empty: nothing is in the way."""
        if found.source.sha256 != request.sha256:
            return Phrase(
                "the file was changed meanwhile: {checked} was checked, and now it is {found};"
                " gateway reload once more",
                checked=request.sha256[:12],
                found=found.source.sha256[:12],
            )
        if differs.needs_restart and not request.may_restart:
            places = ", ".join(differs.needs_restart)
            return Phrase(
                "needs a restart: {places}; gateway reload --restart, or systemctl restart station-gateway",
                places=places,
            )
        road = found.order_destination
        for destination in (*found.active_destinations, *(() if road is None else (road,))):
            extra = missing_extra(destination)
            if extra is not None:
                return Phrase(
                    "destination {name} needs what is not installed: station-gateway[{extra}]",
                    name=destination.name,
                    extra=extra,
                )
        runs = CalibrationRuns(self._lasting.database)
        for name in self._workers.calibrated_over(differs.links):
            if any(one.state is not RunState.WAITING for one in runs.open(name)):
                return Phrase("{name} is being calibrated: wait, or gateway calibrate stop {name}", name=name)
        return ""

    def _newly_barred(self, found: Configuration) -> tuple[Problem, ...]:
        """What the running configuration could read, or did not need: the same reference that could not be read before
        either is no reason to refuse what is changed elsewhere."""
        known = dict(read_by_the_daemon(self._configuration))
        return tuple(
            problem
            for place, reference, problem in unreadable(found)
            if known.get(place) != reference or place not in self._unread
        )

    def _with_rejected(
        self, differs: ConfigurationDifference, running: Configuration, found: Configuration
    ) -> ConfigurationDifference:
        """Whoever asks for a reload has perhaps put right why a server does not let us in: it is asked at once."""
        board = self._lasting.board
        rejected = {
            one.name
            for one in found.destinations
            if board.state(ComponentKind.DESTINATION, one.name) is ComponentState.REJECTED
        }
        return replace(differs, destinations=with_accounts(differs.destinations | rejected, running, found))

    def _take(
        self,
        request: ReloadRequest,
        found: Configuration,
        differs: ConfigurationDifference,
        marks: dict[str, bytes | None],
    ) -> None:
        running, database = self._configuration, self._lasting.database
        changed = _places(running, found)
        is_news = adopt(
            database,
            found.source,
            found.taken,
            found.file,
            self._now_ms(),
            who=request.asked_by,
            secrets=differs.secrets,
            beside=lambda connection: self._requests.mark(connection, request.id, ReloadState.TAKING),
        )
        is_whole = False
        try:
            if not differs.is_nothing:
                self._exchange(found, differs)
            keep_taken(found)
            tell_copies(found, self._lasting.board, self._now_ms())
            notes = tuple(self._notes(found, differs))
            self._configuration, self._marks = found, marks
            self._unread = {place for place, _, _ in unreadable(found)}
            state = ReloadState.TAKEN if is_news or not differs.is_nothing else ReloadState.UNCHANGED
            secret = tuple(Phrase("secret of {place}", place=place) for place in differs.secrets)
            outcome = ReloadOutcome(changed=(*changed, *secret), notes=notes)
            is_whole = True
        finally:
            if not is_whole:
                self._process.start_again(
                    Phrase("another configuration could not be taken over in the middle of the run")
                )
        _log.info(
            "configuration taken over sha256=%s by=%s changed=%s links=%s destinations=%s",
            found.source.sha256,
            request.asked_by,
            ",".join(outcome.changed[:MOST_TOLD]) or "nothing",
            ",".join(sorted(differs.links)) or "none",
            ",".join(sorted(differs.destinations)) or "none",
        )
        self._untold = request.id, state, outcome
        self._tell()

    def _tell(self) -> None:
        """What was taken over, to whoever asked; and limits that could not be told when they changed."""
        if self._untold is not None:
            now_ms = self._now_ms()
            tell_limits_in_force(self._lasting.database, self._configuration, now_ms)
            self._requests.settle(*self._untold, now_ms)
            self._untold = None

    def _exchange(self, found: Configuration, differs: ConfigurationDifference) -> None:
        """Those whom it concerns first, for they may take their time; then, most often for a moment, the clerk, of whom
        there are never two: a step of its stages may take long, and is waited for."""
        workers, lasting = self._workers, self._lasting
        self._process.end(workers.ended_by(differs), END_WITHIN_S)
        if workers.clerk is not None and not self._process.end([workers.clerk], workers.clerk.patience_s):
            raise GatewayError(
                Phrase("the clerk did not end within {patience_s:.0f} s", patience_s=workers.clerk.patience_s)
            )
        try:
            lasting.recorder.flush()
        except StoreError as error:  # they wait in memory, as ever, for the next clerk
            _log.error("readings of before could not be kept at once error=%r", str(error))
        now = lasting.clock.now()
        try:
            tell_limits_in_force(lasting.database, found, now.wall_ms)
        except StoreError as error:  # measuring does not wait for it
            _log.error("limits that hold now could not be told at once error=%r", str(error))
        self._process.begin(workers.renew(found, differs, now))

    def _notes(self, found: Configuration, differs: ConfigurationDifference) -> Iterator[Phrase]:
        """What whoever asked has to know besides."""
        configured = [one.name for one in found.destinations]
        in_use = [one.name for one in found.active_destinations]
        for one in left_behind(self._lasting.database, configured, in_use, self._now_ms()):
            yield one.words
        if found.order_destination is None and (orders := orders_left_behind(self._lasting.database)):
            wrong, right = orders_words(orders)
            yield Phrase("{wrong}: {right}", wrong=wrong, right=right)
        for place, _, problem in unreadable(found):
            yield Phrase("{place} cannot be read now as before: {wrong}", place=place, wrong=problem.wrong)
        if differs.touches("cameras"):
            yield Phrase("cameras are the recorder's: systemctl restart station-gateway-cameras")
        if differs.touches("ports", "ports_policy") and found.ports is not None:
            yield Phrase("ports are closed as before until gateway ports policy apply")
        if differs.touches("web", "metrics"):
            yield Phrase("the page listens and is encrypted as before until systemctl restart station-gateway-web")

    def _now_ms(self) -> int:
        return self._lasting.clock.now().wall_ms


def _places(before: Configuration, after: Configuration) -> tuple[str, ...]:
    """What stands otherwise in the file, by name only."""
    found = differences(json.loads(before.source.content), json.loads(after.source.content))
    return tuple(one.path for one, _ in zip(found, range(MOST_TOLD), strict=False))
