"""Instruments that say `profile: NAME` take what they lack from it, before anything is checked: every check sees the
whole instrument, and a fault is told with the file and the line in which it stands.

What stands at the instrument counts. Of `status`, times of the day are added to the profile's; any other source of the
instrument's takes the place of all of the profile's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from gateway.config.file.document import YamlDocument
from gateway.config.file.form_error import FormError
from gateway.config.file.graft import Grafting, Piece
from gateway.config.file.location import LocatedProblem, Location
from gateway.config.profiles.in_force import ProfileInForce
from gateway.config.profiles.parameters import ParameterFault, taken_parameters, without_unused_groups
from gateway.config.profiles.profile import check_profile_name
from gateway.config.profiles.shelf import ShelvedProfile, UnknownProfile
from gateway.core.errors import ConfigError, Problem
from gateway.core.phrase import Phrase

_OF_A_PROFILE = ("measures", "measured_in")


@dataclass(frozen=True, slots=True)
class Equipped:
    """A document whose instruments have what their profiles say."""

    document: YamlDocument
    in_force: tuple[ProfileInForce, ...] = ()
    warnings: tuple[LocatedProblem, ...] = ()
    instead: tuple[Problem, ...] = ()
    """At a start: why profiles are not read from the integrator's files."""


def uses_profiles(content: object) -> bool:
    """Whether there is anything to do: most stations know their registers."""
    return any(
        "profile" in instrument
        or any(key in one for _, one in _sections_in(instrument, "parameters") for key in _OF_A_PROFILE)
        for _, instrument in _sections_in(content, "instruments")
    )


def equip(document: YamlDocument, shelf: Profiles) -> Equipped:
    """The document with the profiles' pieces in it. What is wrong with a profile, or with its use, is among the
    document's faults, and nothing more will be said of that instrument."""
    return _Equipment(document, shelf).equipped()


def equip_with(document: YamlDocument, shelved: ShelvedProfile) -> YamlDocument:
    """The document, all of whose instruments are of this one profile."""
    return _Equipment(document, _OneProfile(shelved)).equipped().document


class Profiles(Protocol):
    """Where a profile is found by its name."""

    def find(self, name: str) -> ShelvedProfile: ...


@dataclass(frozen=True, slots=True)
class _OneProfile:
    shelved: ShelvedProfile

    def find(self, name: str) -> ShelvedProfile:
        return self.shelved


class _Equipment:
    def __init__(self, document: YamlDocument, shelf: Profiles) -> None:
        self._document = document
        self._shelf = shelf
        self._grafting = Grafting(document)
        self._faults: list[Problem] = []
        self._unusable: set[Location] = set()
        self._in_force: dict[str, ProfileInForce] = {}
        self._warnings: list[LocatedProblem] = []
        self._instead: list[Problem] = []

    def equipped(self) -> Equipped:
        root = self._grafting.root
        instruments = root.child("instruments")
        if instruments is None or not isinstance(instruments.value, list):
            return Equipped(self._document)
        changed = [self._instrument(one, index) for index, one in enumerate(instruments.items())]
        whole = replace(self._grafting.list_at(instruments, changed), key=instruments.key)
        entries = ((key, whole if key == "instruments" else piece) for key, piece in root.children())
        document = self._grafting.finished(self._grafting.section(root, entries))
        document = replace(
            document,
            faults=(*document.faults, *self._faults),
            unusable=document.unusable | self._unusable,
        )
        return Equipped(document, tuple(self._in_force.values()), tuple(self._warnings), tuple(self._instead))

    def _instrument(self, piece: Piece, index: int) -> Piece:
        at: Location = ("instruments", index)
        wanted = piece.child("profile")
        if wanted is None:
            self._refuse_what_needs_a_profile(piece, at)
            return piece
        try:
            found = self._found(wanted.value)
            piece = self._with_profile(piece, found, at)
        except (FormError, UnknownProfile, ConfigError, ParameterFault) as error:
            self._faults += self._told(error, at)
            self._unusable.add(at)
        else:
            self._note(found, piece, at)
        return piece

    def _found(self, name: object) -> ShelvedProfile:
        if not isinstance(name, str):
            raise FormError(
                Phrase("is no name of a profile"), Phrase("write one of those that gateway instruments list shows")
            )
        check_profile_name(name)
        return self._shelf.find(name)

    def _with_profile(self, piece: Piece, found: ShelvedProfile, at: Location) -> Piece:
        profile = Piece(found.document.root, found.document.content, None, found.document)
        quantities = profile["quantities"]
        kind = self._station_kind()
        parameters, taken = taken_parameters(self._grafting, piece, found.profile, quantities, kind)
        common = profile.child("instrument")
        device = dict(common.children()) if common is not None else {}
        device = without_unused_groups(self._grafting, device, quantities, taken)
        status = self._status(piece, device.pop("status", None), quantities, taken)
        entries = dict(piece.children())
        for key, ours in device.items():
            entries[key] = self._merged(entries[key], ours) if key in entries else ours
        if status is not None:
            entries["status"] = status
        entries["parameters"] = parameters
        return self._grafting.section(piece, entries.items())

    def _merged(self, own: Piece, ours: Piece) -> Piece:
        """Key by key where both are sections; otherwise what stands at the instrument."""
        if not isinstance(own.value, dict) or not isinstance(ours.value, dict):
            return own
        entries = dict(own.children())
        for key, piece in ours.children():
            entries[key] = self._merged(entries[key], piece) if key in entries else piece
        return replace(self._grafting.section(own, entries.items()), key=own.key)

    def _status(self, piece: Piece, common: Piece | None, quantities: Piece, taken: tuple[str, ...]) -> Piece | None:
        own = piece.child("status")
        sources = list(_sources(own))
        if any(not isinstance(one.value, dict) or "schedule" not in one.value for one in sources):
            return own
        ours = list(_sources(common))
        for name in taken:
            ours += _sources(quantities[name].child("status"))
        if not ours and own is None:
            return None
        at = own or piece.child("profile") or piece
        return replace(self._grafting.list_at(at, [*ours, *sources]), key=at.key if own is not None else None)

    def _station_kind(self) -> str | None:
        content = self._document.content
        station = content.get("station") if isinstance(content, dict) else None
        kind = station.get("kind") if isinstance(station, dict) else None
        return kind if isinstance(kind, str) else None

    def _refuse_what_needs_a_profile(self, piece: Piece, at: Location) -> None:
        for position, measured in _sections_in(piece.value, "parameters"):
            for key in _OF_A_PROFILE:
                if key in measured:
                    location = (*at, "parameters", position, key)
                    right = Phrase("add profile: NAME to the instrument, or remove {key}", key=key)
                    self._faults.append(
                        self._document.problem(location, Phrase("is for an instrument with a profile"), right)
                    )
                    self._unusable.add(location)

    def _told(self, error: FormError | UnknownProfile | ConfigError | ParameterFault, at: Location) -> list[Problem]:
        if isinstance(error, ConfigError):
            return list(error.problems)
        if isinstance(error, ParameterFault):
            return [self._document.problem((*at, *error.location), error.wrong, error.right)]
        wrong, right = (error.wrong, error.right) if isinstance(error, FormError) else (error.wrong, error.hint)
        return [self._document.problem((*at, "profile"), wrong, right)]

    def _note(self, found: ShelvedProfile, piece: Piece, at: Location) -> None:
        name = piece.value.get("name") if isinstance(piece.value, dict) else None
        noted = self._in_force.get(found.profile.profile)
        if noted is None:
            self._instead += found.instead
            noted = ProfileInForce(found.profile.profile, found.profile.version, found.source, found.digest)
            if found.hides:
                self._warnings.append(
                    (
                        (*at, "profile"),
                        Phrase(
                            "{source} stands in the place of the profile of that name that ships", source=found.source
                        ),
                        Phrase("rename it if that is not meant"),
                    )
                )
        instruments = (*noted.instruments, name) if isinstance(name, str) else noted.instruments
        self._in_force[noted.name] = replace(noted, instruments=instruments)


def _sections_in(content: object, key: str) -> Iterator[tuple[int, dict[str, object]]]:
    """The list's items that are sections, with their positions; what is faulty in itself is passed over."""
    items = content.get(key) if isinstance(content, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield index, item


def _sources(status: Piece | None) -> Iterator[Piece]:
    """One source stands for a list of one."""
    if status is None:
        return
    if isinstance(status.value, list):
        yield from status.items()
    else:
        yield replace(status, key=None)
