"""`gateway scan LINK --profile NAME`: which ready instrument may a device be, quantity by quantity."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gateway.cli.output import say
from gateway.cli.speech import problem_line
from gateway.cli.terms import status_called
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.config.profiles.shelf import ShelvedProfile
    from gateway.instruments.profile_trial import ProfileTrial, TriedQuantity
    from gateway.instruments.protocol import OpenLink

ALL = "all"
_DOUBT = Phrase("compare the numbers with the device's display before relying on any of them")


def wanted_profiles(configuration: Configuration, link: str, name: str) -> list[ShelvedProfile]:
    """The profile of that name, or all that can stand on that link; what is wrong with one of all is said."""
    from gateway.cli.instruments import shelved_profile
    from gateway.cli.slots import usage
    from gateway.config.profiles.example import link_types
    from gateway.config.profiles.shelf import ProfileShelf
    from gateway.core.errors import ConfigError

    kind = configuration.links[link].type
    if name != ALL:
        found = shelved_profile(configuration.file, name)
        if kind not in link_types(found.profile):
            suited = ", ".join(link_types(found.profile))
            raise usage(
                Phrase(
                    "link {link} is {kind}, and {name} stands on one of type {suited}",
                    link=link,
                    kind=kind,
                    name=name,
                    suited=suited,
                )
            )
        return [found]
    shelf, wanted = ProfileShelf.beside(configuration.file), []
    for one in shelf.names():
        try:
            found = shelf.find(one)
        except ConfigError as error:
            say(*map(problem_line, error.problems), err=True)
            continue
        wanted += [found] if kind in link_types(found.profile) else []
    return wanted


def try_profiles(link: OpenLink, units: Iterable[int], profiles: list[ShelvedProfile]) -> list[ProfileTrial]:
    """All of them on each unit, the likeliest first. Ctrl-C ends it; what was tried until then is kept."""
    from gateway.instruments.profile_trial import ranked, try_profile

    trials: list[ProfileTrial] = []
    with only_errors_logged():  # what was refused is in the trial
        try:
            for unit in units:
                trials += ranked([try_profile(profile, link, unit) for profile in profiles])
        except KeyboardInterrupt:
            say(Phrase("stopped"), err=True)
    return trials


@contextmanager
def only_errors_logged() -> Iterator[None]:
    """While drivers are tried on what may be another device."""
    log = logging.getLogger("gateway.instruments")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def trial_lines(trials: list[ProfileTrial]) -> Iterator[str]:
    """A profile that fits in nothing has one line."""
    for trial in trials:
        profile = trial.shelved.profile
        yield (
            Phrase(
                "unit {unit}: {profile} version {version} ({manufacturer}: {models}): {plausible} of {asked_of}"
                " quantities plausible",
                unit=trial.unit,
                profile=profile.profile,
                version=profile.version,
                manufacturer=profile.manufacturer,
                models=", ".join(profile.models),
                plausible=trial.plausible,
                asked_of=trial.asked_of,
            )
        )
        for one in trial.quantities:
            if trial.plausible or len(trials) == 1:
                yield f"  {one.name:<14}" + _shown(one)
    if any(trial.plausible for trial in trials):
        yield Phrase("  {doubt}", doubt=_DOUBT)


def to_json(trial: ProfileTrial) -> dict[str, Any]:
    """Stable keys; null where nothing is known."""
    return {
        "unit": trial.unit,
        "profile": trial.shelved.profile.profile,
        "version": trial.shelved.profile.version,
        "plausible": trial.plausible,
        "quantities_of_profile": trial.asked_of,
        "quantities": [
            {
                "name": one.name,
                "value": one.reading.value,
                "unit": one.quantity.unit,
                "status": one.reading.status.value,
                "why": one.why,
                "in_range": one.is_in_range,
                "plausible": one.is_plausible,
                "error": one.error,
            }
            for one in trial.quantities
        ],
    }


def _shown(one: TriedQuantity) -> str:
    if one.error is not None:
        return one.error
    value = (
        Phrase("no value")
        if one.reading.value is None
        else f"{one.reading.value:.9g} {one.quantity.unit or ''}".rstrip()
    )
    why = f", {one.why}" if one.why else ""
    doubt = ""
    if one.reading.value is not None and not one.is_plausible:
        doubt = (
            Phrase("  outside the profile's range")
            if one.is_in_range is False
            else Phrase("  not a number that one would expect")
        )
    return Phrase(
        "{value:>18}  {code} {status}{why}{doubt}",
        value=value,
        code=one.reading.status.value,
        status=status_called(one.reading.status),
        why=why,
        doubt=doubt,
    )
