"""Tries a destination's server with the delivery's own steps: one file under a name that no receiver takes for data.

Promises: the file is removed again, also after a failure; what a broken connection leaves behind, the next one removes.
It never waits: how long after the delivery it is looked for again is the caller's.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from gateway.core.errors import DeliveryError, DestinationRejected
from gateway.core.interfaces import Delivered, Parcel, Refused, Unproven, Uplink
from gateway.core.presence import Presence
from gateway.core.trial import TrialResult
from gateway.uplinks.publish import name_to_try

_CONTENT = b"a probe of station-gateway; it may be removed\r\n"


@runtime_checkable
class TriedUplink(Uplink, Protocol):
    """An uplink whose server can be looked into by a file's name."""

    def look(self, name: str) -> Presence:
        """Whether such a file lies in the base folder. Raises as `deliver` does."""

    def discard(self, name: str) -> None:
        """Remove it from there, and what earlier trials left. Raises as `deliver` does."""


@runtime_checkable
class LogsIn(Protocol):
    """An uplink that can log in without sending anything: where there are messages, a probe would be one of them."""

    def log_in(self) -> None:
        """Raises as `deliver` does."""


class DeliveryTrial:
    """One trial: `begin`, a pause, `end`."""

    def __init__(self, uplink: TriedUplink) -> None:
        self._uplink = uplink
        self._parcel = Parcel("", name_to_try(), _CONTENT)
        self._at_once = Presence.NOT_TOLD
        self._outcome: Delivered | Refused | Unproven | None = None

    def begin(self) -> None:
        """Deliver, and look at once.

        Raises:
            DeliveryError: it was not delivered. Nothing is left there.
        """
        try:
            for outcome in self._uplink.deliver([self._parcel]):
                self._outcome = outcome
            self._at_once = self._uplink.look(self._parcel.name)
        except DeliveryError as error:
            # Who was not let in has written nothing, and asks no second time: that would lock the account.
            if not isinstance(error, DestinationRejected) or error.after_login:
                self._discard_quietly()
            raise

    def end(self) -> TrialResult:
        """Look again, and remove the file.

        Raises:
            DeliveryError: the connection failed meanwhile, or the file cannot be removed.
        """
        try:
            later = self._uplink.look(self._parcel.name)
        except DeliveryError:
            self._discard_quietly()
            raise
        self._uplink.discard(self._parcel.name)
        outcome = self._outcome
        return TrialResult(
            self._at_once,
            later,
            answer=outcome.answer if isinstance(outcome, Delivered) else None,
            doubt=outcome.reason if isinstance(outcome, Unproven) else None,
            refusal=outcome.reason if isinstance(outcome, Refused) else None,
        )

    def _discard_quietly(self) -> None:
        """What cannot be removed now hides no better error."""
        try:
            self._uplink.discard(self._parcel.name)
        except DeliveryError:
            return
