"""Counters that each read empties, and who else reads them or passes their answers over: what is lost so is lost
without a word."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.config.checks.plain_values import sections
from gateway.config.configuration import Sections
from gateway.config.file.location import LocatedProblem
from gateway.config.instruments.instrument import device_model
from gateway.config.parameters.counting import Counter
from gateway.core.phrase import Phrase


def emptied_by_talkers(content: object) -> Iterator[LocatedProblem]:
    """Of a device that talks unasked the newest line counts; what the lines between two polls counted is not seen."""
    for index, instrument in sections(content, "instruments"):
        if not device_model(instrument).talks_unasked(instrument):
            continue
        for position, measured in sections(instrument, "parameters"):
            if measured.get("counter") == Counter.SINCE_READ:
                yield (
                    ("instruments", index, "parameters", position, "counter"),
                    Phrase(
                        "is since_read of a device that talks unasked: the lines between two polls are passed "
                        "over, and with them what they counted"
                    ),
                    Phrase("take the device's running total (counter: total), or ask it (a request)"),
                )


def emptied_elsewhere(configured: Sections) -> Iterator[LocatedProblem]:
    """Another section of the same device whose requests may reach over what is emptied."""
    for index, device in enumerate(configured.instruments):
        for other in configured.instruments:
            if other is not device and (other.link, other.link_address) == (device.link, device.link_address):
                for location, wrong, right in device.emptied_by(other):
                    yield ("instruments", index, *location), wrong, right
