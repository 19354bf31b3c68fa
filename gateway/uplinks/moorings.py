"""Connections of one lane, opened within what its `Berths` allow, from a server that may take fewer than it is asked.

Servers say in many ways that they have enough of us: with a reply, with a refusal of the password, by hanging up, by
silence. So whatever fails while another connection of ours stands counts as that: the lane waits for its turn and tries
again when it is alone, and what fails then is meant. A connection that rests is taken over, whichever lane left it, if
it leads to the same place; one that leads elsewhere is ended if it is in the way.

Never opens a connection by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from gateway.core.errors import DeliveryDeferred, DeliveryError, DestinationRejected
from gateway.core.interfaces import Clock
from gateway.uplinks.berths import Berths
from gateway.uplinks.line import Deadline

T = TypeVar("T")
_NOTICED_AFTER_S: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.8)
"""How often and when to try again in place of the other lane: servers count a connection for a moment after it has
ended. A rejection is tried again once, after the last of them: more would lock the account."""
_NOTICED_WITHIN_S = 5.0


class Moorings(Generic[T]):
    """One lane's way to connections. Whoever has been given one gives it back with `rest`, or ends it and says
    `Berths.leave(moored=True)`."""

    def __init__(
        self,
        where: str,
        berths: Berths[T],
        clock: Clock,
        *,
        to: object,
        urgent: bool,
        within_s: float,
        open_one: Callable[[], T],
        adopt: Callable[[T], bool],
        end: Callable[[T], object],
        unless: Callable[[], bool],
    ) -> None:
        """`to`: server, account and all else that makes connections alike. `within_s`: how long to wait for one's turn.
        `open_one` raises `DeliveryError` if there is none to be had; `adopt` makes a connection that has rested the
        lane's own, or ends it and returns `False` if it no longer stands; `end` says goodbye to one. `unless`: nothing
        is wanted any more (after `Berths.stir`)."""
        self._where = where
        self._berths = berths
        self._clock = clock
        self._to = to
        self._urgent = urgent
        self._within_s = within_s
        self._open_one = open_one
        self._adopt = adopt
        self._end = end
        self._unless = unless

    def first(self) -> T:
        """One connection, if need be in place of another one of ours.

        Raises:
            DeliveryError: no turn in time, or what `open_one` raised in the end.
        """
        is_handed_over = self._berths.full
        if not self._has_turn():
            raise DeliveryDeferred(f"{self._where}: {self._why_no_turn()}", by_server=True)
        pauses_s, noticed = _NOTICED_AFTER_S, self._deadline()
        while True:
            try:
                if (rested := self._rested()) is not None:
                    return rested
                is_handed_over |= self._made_room()
                opened = self._open_one()
            except DeliveryError as failure:
                if not self._unless() and self._crowded():
                    if not self._has_turn():
                        raise
                    is_handed_over, noticed = True, self._deadline()
                    continue
                if isinstance(failure, DestinationRejected):
                    pauses_s = pauses_s[-1:]
                if not pauses_s or not is_handed_over or noticed.is_over or self._unless():
                    self._berths.leave()
                    raise
                self._berths.pause(pauses_s[0], unless=self._unless)
                pauses_s = pauses_s[1:]
            except BaseException:
                self._berths.leave()
                raise
            else:
                self._berths.moored()
                return opened

    def another(self) -> T | None:
        """One more for a lane that has one; `None` if the server or the other lane leaves none."""
        if not self._berths.take_another():
            return None
        try:
            if (rested := self._rested()) is not None:
                return rested
            self._made_room()
            opened = self._open_one()
        except DeliveryError:  # the same account has just been let in: it is not about us
            if self._unless() or not self._crowded():
                self._berths.leave()
            return None
        except BaseException:
            self._berths.leave()
            raise
        self._berths.moored()
        return opened

    def rest(self, connection: T) -> None:
        """Leave a connection for later, or for the other lane."""
        self._berths.rest(connection, self._to)

    def resting(self) -> Iterator[T]:
        """All that rest, one after the other, each to be ended."""
        while (left := self._berths.take_over(self._to)) is not None:
            yield left
            self._berths.sank()

    def _rested(self) -> T | None:
        while (left := self._berths.take_over(self._to)) is not None:
            if self._adopt(left):
                return left
            self._berths.sank()
        return None

    def _made_room(self) -> bool:
        """End what leads elsewhere and is in the way. Returns whether there was something."""
        made = False
        while (elsewhere := self._berths.in_the_way()) is not None:
            self._end(elsewhere)
            self._berths.sank()
            made = True
        return made

    def _crowded(self) -> bool:
        return self._berths.crowded(within_s=self._within_s, unless=self._unless)

    def _has_turn(self) -> bool:
        return self._berths.take(urgent=self._urgent, within_s=self._within_s, unless=self._unless)

    def _why_no_turn(self) -> str:
        if self._unless():
            return "interrupted"
        return f"there may be {self._berths.most} connections at once, and none was free"

    def _deadline(self) -> Deadline:
        return Deadline(self._clock, _NOTICED_WITHIN_S)
