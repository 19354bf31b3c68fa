"""Takes the orders that are moved into the spool: looks once a second, waits for what is half written, and never leaves
an order without an outcome."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.core.instants import DAY_MS, HOUR_MS, milliseconds
from gateway.core.interfaces import Clock, Instant
from gateway.core.order_faults import OrderDiffers, OrderInvalid, OrderNotNow
from gateway.core.transport_order import OrderWay
from gateway.orders.images import ImageAbsent
from gateway.orders.intake import OrderIntake
from gateway.orders.known_signers import WARN_FOR_MS, OrderSigner
from gateway.orders.spool_folder import OrderUnreadable, SpooledFile, SpoolFolder
from gateway.orders.store import OrderStore

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
HALF_WRITTEN_S = 10.0
"""So long nothing is written to a broken file any more before it is refused."""
ABSENT_S = 60.0
"""So long an order waits for an image that does not lie beside it."""
UNCLAIMED_MS = DAY_MS
"""So long an image waits for an order that names it."""
_AGAIN_S = 5.0
_TROUBLE_S = 30.0
_AT_ONCE = 20
_HOUR_S = 3600.0
_SIGNERS_S = 60.0


@dataclass(slots=True)
class _Waiting:
    """A file that was not taken yet. `since_s`: nothing of it has changed since; `look_s`: not before."""

    mark: tuple[object, ...]
    since_s: float
    look_s: float = float("-inf")


@dataclass(slots=True)
class _Reading:
    """One order's images, as they are asked for."""

    names: list[str] = field(default_factory=list)
    is_lacking: bool = False


class OrderSpool:
    """A worker. See `gateway.core.interfaces.Worker`."""

    name = "orders/spool"
    patience_s = 300.0

    def __init__(
        self,
        folder: SpoolFolder,
        intake: OrderIntake,
        store: OrderStore,
        keep: timedelta,
        clock: Clock,
        is_trusted: Callable[[Instant], bool],
        wake: Callable[[], object],
        keep_signers: Callable[[Sequence[OrderSigner]], object],
    ) -> None:
        """`keep`: how long what was accepted is kept. `wake`: calls who carries orders. `keep_signers`: writes down how
        it stands with those who sign."""
        self._folder = folder
        self._intake = intake
        self._store = store
        self._keep_ms = milliseconds(keep)
        self._clock = clock
        self._is_trusted = is_trusted
        self._wake = wake
        self._keep_signers = keep_signers
        self._waiting: dict[str, _Waiting] = {}
        self._trouble = ""
        self._house_s = float("-inf")
        self._signers_s = float("-inf")
        self._warned_ms: int | None = None
        self._troubles: dict[str, str] = {}

    def step(self, now: Instant) -> float:
        try:
            self._folder.make()
            found = self._folder.orders()
        except OSError as error:
            self._told(f"{error.filename or self._folder.folder}: {error.strerror or error}")
            return now.mono_s + _AGAIN_S
        self._waiting = {name: one for name, one in self._waiting.items() if any(name == f.name for f in found)}
        due = [one for one in found if one.name not in self._waiting or self._waiting[one.name].look_s <= now.mono_s]
        for file in due[:_AT_ONCE]:
            self._take(file, self._clock.now())
        if now.mono_s >= self._house_s:
            self._house_s = now.mono_s + _HOUR_S
            self._keep_house(now)
        if now.mono_s >= self._signers_s:
            self._signers_s = now.mono_s + _SIGNERS_S
            self._look_at_signers(now)
        return now.mono_s if len(due) > _AT_ONCE else now.mono_s + LOOK_EVERY_S

    def interrupt(self) -> None:
        self._intake.give_up()

    def close(self) -> None:
        self._intake.close()

    def _take(self, file: SpooledFile, now: Instant) -> None:
        reading = _Reading()
        try:
            submission = self._folder.submission(file)
        except FileNotFoundError:
            return
        except OrderUnreadable as error:
            if not self._may_change(file, [file.name], HALF_WRITTEN_S, now):
                why = str(error.strerror)
                _log.error("order refused way=spool file=%r why=%r", file.name, why)
                self._moved(file, now, lambda: self._folder.refuse_unread(file, why))
            return
        except OSError as error:
            self._later(file, now, f"{file.name}: {error.strerror or error}", _TROUBLE_S)
            return

        def image(name: str) -> bytes:
            if name not in reading.names:
                reading.names.append(name)
            try:
                return self._folder.image(name, file, submission)
            except ImageAbsent:
                reading.is_lacking = True
                raise

        try:
            taken = self._intake.submit(submission, image, OrderWay.SPOOL, "", file.moved_in_ms)
        except OrderInvalid as fault:
            if self._may_be_half_written(file, reading, fault, now):
                return
            self._refuse(file, submission, reading, [str(one.words) for one in fault.faults], now)
            self._intake.refused(submission, fault, OrderWay.SPOOL, "")
        except OrderDiffers as error:
            self._refuse(file, submission, reading, [str(error)], now)
            self._intake.refused(submission, error, OrderWay.SPOOL, "")
        except OrderNotNow as error:
            self._later(file, now, str(error), _AGAIN_S)
        else:
            self._told("")
            if taken.is_new:
                _log.info("order taken way=spool file=%r id=%r", file.name, taken.order.order_id)
                self._wake()
            self._moved(file, now, lambda: self._folder.settle(file, submission, reading.names))

    def _may_be_half_written(self, file: SpooledFile, reading: _Reading, fault: OrderInvalid, now: Instant) -> bool:
        """Whether what is wrong may be right in a moment: JSON that ends too early, an image that is not there or not
        whole. Anything else was read whole."""
        if not all(one.path == "" or one.path.startswith("/images/") for one in fault.faults):
            return False
        patience_s = ABSENT_S if reading.is_lacking else HALF_WRITTEN_S
        return self._may_change(file, [file.name, *reading.names], patience_s, now)

    def _may_change(self, file: SpooledFile, names: Sequence[str], patience_s: float, now: Instant) -> bool:
        """Whether these files of an order have not been left alone for so long."""
        mark = self._folder.mark_of(names)
        known = self._waiting.get(file.name)
        if known is None or known.mark != mark:
            known = self._waiting[file.name] = _Waiting(mark, now.mono_s)
        known.look_s = now.mono_s + LOOK_EVERY_S
        return now.mono_s < known.since_s + patience_s

    def _refuse(
        self, file: SpooledFile, submission: bytes, reading: _Reading, reasons: list[str], now: Instant
    ) -> None:
        _log.error("order refused way=spool file=%r why=%r", file.name, "; ".join(reasons))
        self._moved(file, now, lambda: self._folder.refuse(file, submission, reading.names, reasons))

    def _moved(self, file: SpooledFile, now: Instant, move: Callable[[], None]) -> None:
        try:
            move()
            self._waiting.pop(file.name, None)
        except OSError as error:
            self._later(file, now, f"{error.filename}: {error.strerror or error}", _TROUBLE_S)

    def _later(self, file: SpooledFile, now: Instant, trouble: str, pause_s: float) -> None:
        known = self._waiting.setdefault(file.name, _Waiting((), now.mono_s))
        known.look_s = now.mono_s + pause_s
        self._told(trouble)

    def _told(self, trouble: str) -> None:
        """Once, until it is another one."""
        if trouble and trouble != self._trouble:
            _log.error("orders cannot be taken from the spool now folder=%s error=%r", self._folder.folder, trouble)
        self._trouble = trouble

    def _keep_house(self, now: Instant) -> None:
        if not self._is_trusted(now):
            return
        before_ms = now.wall_ms - self._keep_ms
        while self._store.drop_old(before_ms, now.wall_ms):
            pass
        self._folder.drop_done(before_ms)
        self._set_aside_unclaimed(now)
        self._store.drop_strangers(now.wall_ms - HOUR_MS)

    def _set_aside_unclaimed(self, now: Instant) -> None:
        """Not while an order waits: the images may be its own."""
        try:
            if self._folder.orders():
                return
            images = self._folder.refuse_unclaimed(now.wall_ms - UNCLAIMED_MS)
        except OSError as error:
            self._told(f"{error.filename}: {error.strerror or error}")
            return
        if images:
            _log.error("images set aside, no order came that names them count=%d first=%r", len(images), images[0])

    def _look_at_signers(self, now: Instant) -> None:
        """Written down for others to see; told in the log once a day, or when it is another trouble."""
        signers = self._intake.signers()
        self._keep_signers(signers)
        troubles = {one.role: one.trouble for one in signers if one.trouble is not None}
        is_due = self._warned_ms is None or abs(now.wall_ms - self._warned_ms) >= DAY_MS
        if troubles and (is_due or troubles != self._troubles):
            _log.error("orders cannot be signed error=%r", "; ".join(troubles.values()))
        self._troubles = troubles
        if not is_due or not self._is_trusted(now):
            return
        self._warned_ms = now.wall_ms
        for one in signers:
            if one.until_ms is not None and one.until_ms - now.wall_ms <= WARN_FOR_MS:
                days = max(0, (one.until_ms - now.wall_ms) // DAY_MS)
                _log.warning("certificate ends soon role=%s holder=%r days=%d", one.role, one.holder, days)
