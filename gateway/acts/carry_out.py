"""Carrying out what a person asked for at the page, with what the commands use for the same.

What is done in the daemon's database and its outcome are one transaction. What is done in the recorder's comes before
the outcome and may be done a second time, if the daemon is killed between the two, without being there twice: a pin
bears its request, and a matter is closed once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from gateway.acts.acknowledge import close_named, close_within, is_of_cameras, number_there
from gateway.acts.outcomes import ActOutcomes
from gateway.cameras.catalog.database import join_cameras_database
from gateway.cameras.catalog.known_cameras import known_cameras
from gateway.cameras.keeping.pins import PinStore
from gateway.config import Configuration
from gateway.core.act import (
    AcknowledgeMatters,
    ActOutcome,
    ActRefusal,
    ActRequest,
    ActState,
    NamedMatter,
    NoteLogin,
    NoteSeal,
    PinVideo,
    ReleaseOrder,
    ResendSlots,
    needed_role,
)
from gateway.core.act_form import matter_subject
from gateway.core.errors import StoreError
from gateway.core.journal_entry import EntryKind
from gateway.core.phrase import Phrase
from gateway.core.ports import SealEntry
from gateway.core.seal_rules import LONGEST_NUMBER, SealRefused, plain_words
from gateway.db import Database, set_aside
from gateway.db.open_matters import CAMERAS_PREFIX, OpenMatter, open_matters
from gateway.journal.chain import append
from gateway.journal.matters import close_matters
from gateway.outbox.action import Action
from gateway.outbox.interventions import DeliverySelection, Interventions
from gateway.ports.known_port import UnknownPort, known_port
from gateway.ports.seal_register import SealRegister


class ActsAtThePage:
    """Of one station."""

    def __init__(self, configuration: Configuration, database: Database) -> None:
        self._configuration = configuration
        self._database = database
        self._outcomes = ActOutcomes(database)

    def carry_out(self, request: ActRequest, at_ms: int) -> ActOutcome:
        """Once for each request that has no outcome yet. The outcome is kept when this returns.

        Raises:
            StoreError: of the daemon's database; nothing is kept there, and it is to be tried again.
        """
        if not request.role.may(needed_role(request.kind)):
            refused = ActOutcome(
                ActState.REFUSED,
                0,
                ActRefusal.ROLE,
                Phrase("{role} may not {kind}", role=request.role, kind=request.kind),
            )
            return self._kept(request, refused, at_ms)
        match request.deed:
            case PinVideo() as pin:
                return self._kept(request, self._pin(request, pin, at_ms), at_ms)
            case AcknowledgeMatters(matters):
                return self._acknowledge(request, matters, at_ms)
            case _:
                return self._within(request, at_ms)

    def _kept(self, request: ActRequest, outcome: ActOutcome, at_ms: int) -> ActOutcome:
        with self._database.write() as connection:
            self._outcomes.keep(connection, request, outcome, at_ms)
        return outcome

    def _within(self, request: ActRequest, at_ms: int) -> ActOutcome:
        """What is done in the daemon's database alone. A refusal is an outcome, too."""
        try:
            with self._database.write() as connection:
                outcome = self._do(connection, request, at_ms)
                self._outcomes.keep(connection, request, outcome, at_ms)
                return outcome
        except (SealRefused, UnknownPort) as refused:
            refusal = ActRefusal.PORT if isinstance(refused, UnknownPort) else ActRefusal.SEAL
            return self._kept(request, ActOutcome(ActState.REFUSED, 0, refusal, str(refused)), at_ms)

    def _do(self, connection: sqlite3.Connection, request: ActRequest, at_ms: int) -> ActOutcome:
        match request.deed:
            case ResendSlots() as slots:
                return self._resend(connection, request, slots, at_ms)
            case NoteSeal() as seal:
                return self._note_seal(connection, request, seal, at_ms)
            case ReleaseOrder(order_id):
                return self._release(connection, request, order_id, at_ms)
            case NoteLogin() as login:
                _note_login(connection, request, login, at_ms)
                return ActOutcome(ActState.DONE, 1)
        raise AssertionError(request.kind)

    def _resend(
        self, connection: sqlite3.Connection, request: ActRequest, slots: ResendSlots, at_ms: int
    ) -> ActOutcome:
        if slots.destination not in {one.name for one in self._configuration.destinations}:
            words = Phrase("{destination} is not configured, so nothing would be sent", destination=slots.destination)
            return ActOutcome(ActState.REFUSED, 0, ActRefusal.DESTINATION, words)
        selection = DeliverySelection(slots.destination, slots.from_ms, slots.until_ms)
        count = Interventions(self._database).act_within(
            connection, Action.RESEND, selection, request.who, at_ms, request.reason
        )
        return _done(count)

    def _note_seal(self, connection: sqlite3.Connection, request: ActRequest, seal: NoteSeal, at_ms: int) -> ActOutcome:
        ports = self._configuration.ports or ()
        port = known_port([one.id for one in ports], self._database, seal.port)
        try:
            number = plain_words(seal.number, LONGEST_NUMBER)
        except ValueError as fault:
            raise SealRefused(Phrase("the number {fault}", fault=fault)) from None
        entry = SealEntry(at_ms, seal.act, str(port), number, seal.done_by, request.reason)
        SealRegister(self._database).add_within(connection, entry, [one.declared for one in ports], request.who)
        return _done(1)

    def _release(self, connection: sqlite3.Connection, request: ActRequest, order_id: str, at_ms: int) -> ActOutcome:
        orders, destination = self._configuration.orders, self._configuration.order_destination
        if orders is None:
            return ActOutcome(ActState.REFUSED, 0, ActRefusal.ORDER, Phrase("no transport orders are taken here"))
        from gateway.orders.opening import open_order_store  # nothing of it is loaded where there are none
        from gateway.orders.release import release_within

        store = open_order_store(orders, self._database)
        order = store.find(order_id)
        if order is None:
            return ActOutcome(
                ActState.REFUSED, 0, ActRefusal.ORDER, Phrase("no order {order_id} was taken", order_id=order_id)
            )
        to = None if destination is None else destination.name
        return _done(release_within(connection, store, order, to, request.who, at_ms, request.reason))

    def _pin(self, request: ActRequest, pin: PinVideo, at_ms: int) -> ActOutcome:
        cameras = self._configuration.cameras
        names = {one.name for one in cameras.list} if cameras else set()
        try:
            with closing(join_cameras_database(self._storage)) as database:
                if pin.camera is not None and pin.camera not in names | set(known_cameras(database)):
                    return ActOutcome(
                        ActState.REFUSED,
                        0,
                        ActRefusal.CAMERA,
                        Phrase("no camera is called {camera}", camera=pin.camera),
                    )
                PinStore(database).add(
                    pin.camera,
                    pin.from_ms,
                    pin.until_ms,
                    request.reason,
                    made_ms=at_ms,
                    made_by=request.who,
                    source=f"page {request.id}",
                )
        except (FileNotFoundError, StoreError) as error:
            return _not_of_cameras(error)
        return _done(1)

    def _acknowledge(self, request: ActRequest, matters: Sequence[NamedMatter], at_ms: int) -> ActOutcome:
        """Those of video first: see above."""
        seen_to = (request.who, request.reason, at_ms)
        of_cameras = [one for one in matters if is_of_cameras(one.id)]
        try:
            closed = self._close_of_cameras(of_cameras, seen_to) if of_cameras else 0
        except (FileNotFoundError, StoreError) as error:
            return self._kept(request, _not_of_cameras(error), at_ms)
        with self._database.write() as connection:
            ours = [one for one in matters if one not in of_cameras]
            names = _still_meant(ours, open_matters(self._database, at_ms))
            closed += close_within(connection, self._database, names, seen_to, close_matters)
            outcome = _done(closed)
            if closed < len(matters):
                words = Phrase(
                    "{matters} were closed already, or are something else by now", matters=len(matters) - closed
                )
                outcome = ActOutcome(outcome.state, closed, ActRefusal.OTHER_MATTER, words)
            self._outcomes.keep(connection, request, outcome, at_ms)
        return outcome

    def _close_of_cameras(self, matters: Sequence[NamedMatter], seen_to: tuple[str, str, int]) -> int:
        with closing(join_cameras_database(self._storage)) as database:
            names = _still_meant(matters, open_matters(database, seen_to[2], CAMERAS_PREFIX))
            close_named(database, [number_there(name) for name in names], seen_to, set_aside.close)
            return sum(_is_closed(database, number_there(one.id), seen_to) for one in matters)

    @property
    def _storage(self) -> Path:
        return self._configuration.storage.path


def _done(count: int) -> ActOutcome:
    return ActOutcome(ActState.DONE if count else ActState.NOTHING, count)


def _not_of_cameras(error: Exception) -> ActOutcome:
    never = isinstance(error, FileNotFoundError)
    words = Phrase("the cameras' recorder has never run here") if never else str(error)
    return ActOutcome(ActState.REFUSED, 0, ActRefusal.CAMERA, words)


def _is_closed(database: Database, name: str, seen_to: tuple[str, str, int]) -> bool:
    """By this person for this reason: now, or before the daemon was killed."""
    by, reason, _ = seen_to
    rows = database.read(
        "SELECT 1 FROM sound_set_aside WHERE closed_by = ? AND close_reason = ? AND (subject = ? OR id = ?)",
        (by, reason, name, int(name) if name.isdecimal() else None),
    )
    return bool(rows)


def _still_meant(asked: Sequence[NamedMatter], found: Sequence[OpenMatter]) -> list[str]:
    """By which each is closed that is open, and is what it was when it was asked."""
    named = {str(one.id) if one.id is not None else one.subject: one.subject for one in found}
    return [one.id for one in asked if one.id in named and matter_subject(named[one.id]) == one.subject]


def _note_login(connection: sqlite3.Connection, request: ActRequest, login: NoteLogin, at_ms: int) -> None:
    what = {
        "state": login.state.value,
        "role": request.role.value,
        "address": login.address,
        "times": login.times,
        "since_ms": login.since_ms,
    }
    if login.typed_by:
        what["account"] = request.person
    append(connection, at_ms, EntryKind.LOGIN, what, login.typed_by or request.who)
