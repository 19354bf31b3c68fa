"""Probes a destination's server: once files have arrived, what it can do is tried out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Protocol

from gateway.core.errors import DeliveryError
from gateway.core.interfaces import Delivered, Parcel, Refused, ServerTime, TellsTime, Unproven, Uplink
from gateway.core.profile import Probed, ServerProfile

_log = logging.getLogger(__name__)

_ATTEMPTS = 3
"""Then it is left alone until the next start."""


class ProbedUplink(Uplink, Probed, TellsTime, Protocol):
    """An uplink that can try out its server. What can do that can also read the time of a file."""


class ProbingUplink:
    """An uplink that tries out its server after its first delivery. A trial that fails never fails the delivery."""

    def __init__(self, uplink: ProbedUplink, destination: str, on_profile: Callable[[ServerProfile], None]) -> None:
        """`on_profile` is told of the profile."""
        self._uplink = uplink
        self._destination = destination
        self._on_profile = on_profile
        self._attempts_left = _ATTEMPTS

    def deliver(self, parcels: Sequence[Parcel]) -> Iterator[Delivered | Refused | Unproven]:
        """See `Uplink.deliver`."""
        yield from self._uplink.deliver(parcels)
        if self._attempts_left:
            self._attempts_left -= 1
            self._probe()

    def server_time(self) -> ServerTime | None:
        """See `TellsTime.server_time`."""
        return self._uplink.server_time()

    @property
    def scarce(self) -> bool:
        """See `Uplink.scarce`."""
        return self._uplink.scarce

    def abort(self) -> None:
        """See `Uplink.abort`."""
        self._uplink.abort()

    def close(self) -> None:
        """See `Uplink.close`."""
        self._uplink.close()

    def _probe(self) -> None:
        try:
            profile = self._uplink.probe()
        except DeliveryError as error:
            _log.info("server not tried out destination=%s error=%r", self._destination, str(error))
            return
        self._attempts_left = 0
        self._on_profile(profile)
        _log.info("server tried out destination=%s %s", self._destination, _in_words(profile))


def _in_words(profile: ServerProfile) -> str:
    """What was learned, as `key=value`; what was not tried is left out."""
    learned = ((name, value) for name, value in asdict(profile).items() if value is not None)
    return " ".join(f"{name}={value!r}" if isinstance(value, str) else f"{name}={value}" for name, value in learned)
