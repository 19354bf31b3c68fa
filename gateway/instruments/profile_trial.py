"""Trying ready instruments on a device that nobody is sure of: what would each of its quantities be?

Only reads, quantity by quantity and with the drivers that a station measures with, so that what is shown is what would
be measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.config.profiles.example import example_instrument
from gateway.config.profiles.profile import ProfileQuantity
from gateway.config.profiles.shelf import ShelvedProfile
from gateway.core.errors import InstrumentError, InstrumentSilent
from gateway.core.quality import distance_outside
from gateway.core.reading import NO_ANSWER, Reading
from gateway.instruments.protocol import OpenLink
from gateway.instruments.registry import driver_on

MOST_SILENCES = 2
"""In a row, after which a device is not asked for the rest of what a profile has; one is enough where it is waited for
what a device says by itself."""
_BELIEVABLE = (1e-6, 1e9)
"""Of what is not zero: a wrong type or byte order shows mostly smaller or larger numbers."""


@dataclass(frozen=True, slots=True)
class TriedQuantity:
    """`error`: why nothing was read; `why`: what the device or its state had against the reading."""

    name: str
    quantity: ProfileQuantity
    reading: Reading
    error: str | None = None
    why: str | None = None

    @property
    def is_in_range(self) -> bool | None:
        """`None`: there is no value, or the profile knows no range."""
        if self.reading.value is None or self.quantity.range is None:
            return None
        return distance_outside(self.reading.value, *self.quantity.range) == 0

    @property
    def is_plausible(self) -> bool:
        """Whether there is a number that could be one: in the profile's range, or neither tiny nor huge."""
        value = self.reading.value
        if value is None or self.is_in_range is False:
            return False
        return value == 0 or _BELIEVABLE[0] <= abs(value) <= _BELIEVABLE[1]


@dataclass(frozen=True, slots=True)
class ProfileTrial:
    """What one profile made of one device. `error`: the device was lost, and no further quantity asked for."""

    shelved: ShelvedProfile
    unit: int | str
    quantities: tuple[TriedQuantity, ...]
    asked_of: int

    @property
    def plausible(self) -> int:
        """How many quantities could be what the profile says."""
        return sum(one.is_plausible for one in self.quantities)

    @property
    def rank(self) -> tuple[float, int, str]:
        """Sorts the likeliest first."""
        return (-self.plausible / max(self.asked_of, 1), -self.plausible, self.shelved.profile.profile)


def try_profile(shelved: ShelvedProfile, link: OpenLink, unit: int | str) -> ProfileTrial:
    """Ask the device for each quantity of the profile, as if it were one.

    Raises:
        ConfigError: the profile makes no instrument.
    """
    names = tuple(shelved.profile.quantities)
    tried: list[TriedQuantity] = []
    silences = 0
    for name in names:
        quantity = shelved.profile.quantities[name]
        driver = driver_on(example_instrument(shelved, link.name, (name,), unit), link)
        try:
            readings = driver.read()
        except InstrumentError as error:
            tried.append(TriedQuantity(name, quantity, NO_ANSWER, str(error)))
            silences = silences + 1 if isinstance(error, InstrumentSilent) else 0
            if silences == (1 if shelved.profile.talks_unasked else MOST_SILENCES):
                break
            continue
        silences = 0
        reason = readings.reasons[0] if readings.reasons is not None else None
        tried.append(TriedQuantity(name, quantity, readings[0], why=None if reason is None else reason.detail))
    return ProfileTrial(shelved, unit, tuple(tried), len(names))


def ranked(trials: Iterable[ProfileTrial]) -> list[ProfileTrial]:
    """The likeliest first; of equal ones, the one of which more was plausible."""
    return sorted(trials, key=lambda trial: trial.rank)
