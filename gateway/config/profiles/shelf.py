"""Where profiles lie: those that ship with the package, and an integrator's own in the folder `instruments` beside the
configuration, which for a station is `/etc/station-gateway/instruments`. Of one name, the own one counts.

Promises: nothing is read that is not a plain file of bounded size with a profile's name, whatever was planted there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from gateway.config.file.document import YamlDocument, parse_document
from gateway.config.file.messages import Messages
from gateway.config.file.own_file import decoded, own_bytes
from gateway.config.file.taken_copies import TakenCopies, told_of_copy, told_of_shipped
from gateway.config.profiles.in_force import SHIPPED
from gateway.config.profiles.profile import PROFILE_NAME, InstrumentProfile
from gateway.config.suggest import did_you_mean
from gateway.core.errors import ConfigError, Problem
from gateway.core.phrase import Phrase

_ENDING = ".yaml"


@dataclass(frozen=True, slots=True)
class ShelvedProfile:
    """A profile as read, with its document for the lines. `hides`: it bears the name of one that ships. `instead`: why
    it is not read from the integrator's file, at a start that cannot use that."""

    profile: InstrumentProfile
    document: YamlDocument
    source: str
    digest: str
    hides: bool = False
    instead: tuple[Problem, ...] = ()


class UnknownProfile(LookupError):
    """There is none of that name; `hint` names the nearest, or says where all are listed."""

    def __init__(self, name: str, hint: Phrase) -> None:
        self.wrong = Phrase("there is no profile {name}", name=name)
        super().__init__(self.wrong)
        self.hint = hint


class ProfileShelf:
    """`own_folder` need not exist. `copies`: for a start, what it goes by where an own file cannot be used."""

    def __init__(self, own_folder: Path | None, copies: TakenCopies | None = None) -> None:
        self._own_folder = own_folder
        self._copies = copies

    @classmethod
    def beside(cls, configuration: Path, copies: TakenCopies | None = None) -> ProfileShelf:
        """For a configuration in this file."""
        return cls(configuration.absolute().parent / "instruments", copies)

    def names(self) -> tuple[str, ...]:
        """All that there are, sorted.

        Raises:
            ConfigError: the own folder cannot be read. One problem.
        """
        return tuple(sorted({*_shipped_names(), *self._own_names()}))

    def find(self, name: str) -> ShelvedProfile:
        """The profile of this name, which is one (`check_profile_name`).

        Raises:
            UnknownProfile: there is none.
            ConfigError: its file cannot be used, with every fault in it; or it cannot be seen whether there is one.
        """
        ships = name in _shipped_names()
        if self._own_folder is not None:
            own = self._own_folder / f"{name}{_ENDING}"
            try:
                if _is_there(own):
                    return _own(name, own, own_bytes(own, Phrase("write a profile for each make of instrument")), ships)
            except ConfigError as error:
                if (kept := self._kept(name, own, error.problems, ships)) is not None:
                    return kept
                raise
            if not ships:
                gone = (_refused(own, Phrase("does not exist"), Phrase("put it back")),)
                if (kept := self._kept(name, own, gone, ships)) is not None:
                    return kept
        if not ships:
            hint = did_you_mean(name, self.names()) or Phrase("gateway instruments list shows what there is")
            raise UnknownProfile(name, hint)
        return _shipped(name)

    def _kept(self, name: str, own: Path, faults: tuple[Problem, ...], ships: bool) -> ShelvedProfile | None:
        """What was in force before, where the own file cannot be used; `None`: nothing is known of that."""
        if self._copies is None:
            return None
        content = self._copies.find(own)
        if content is not None:
            try:
                return replace(_own(name, own, content, ships), instead=told_of_copy(own, content, faults))
            except ConfigError:  # an older gateway's, which this one understands no more
                return None
        if ships and self._copies.are_known:
            return replace(_shipped(name), instead=told_of_shipped(own, faults))
        return None

    def _own_names(self) -> Iterator[str]:
        if self._own_folder is None:
            return
        try:
            found = sorted(self._own_folder.iterdir())
        except FileNotFoundError:
            return
        except OSError as error:
            raise _closed(self._own_folder, error) from None
        for file in found:
            if file.suffix == _ENDING and PROFILE_NAME.fullmatch(file.stem):
                yield file.stem


def _is_there(own: Path) -> bool:
    """
    Raises:
        ConfigError: that cannot be seen, for its folder is closed, or none. What ships is not taken in its place: it
            may have other registers.
    """
    try:
        own.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _closed(own.parent, error) from None
    return True


def _closed(folder: Path, error: OSError) -> ConfigError:
    if isinstance(error, NotADirectoryError):
        right = Phrase("make it one, for profiles of instruments, or remove it")
        return ConfigError((_refused(folder, Phrase("is no folder"), right),))
    advice = Phrase("let the gateway's user read it: chgrp gateway {folder} && chmod 750 {folder}", folder=folder)
    return ConfigError((_refused(folder, Phrase("cannot be read ({strerror})", strerror=error.strerror), advice),))


def _refused(place: Path, wrong: Phrase, right: Phrase) -> Problem:
    return Problem(str(place), 0, "", wrong, right)


def _own(name: str, file: Path, content: bytes, hides: bool) -> ShelvedProfile:
    return _shelved(name, str(file), str(file), content, hides=hides)


def _shipped(name: str) -> ShelvedProfile:
    found = _shelf().joinpath(f"{name}{_ENDING}")
    return _shelved(name, f"the shipped profile {name}{_ENDING}", SHIPPED, found.read_bytes())


def _shelf() -> Path:
    return Path(str(files("gateway.config.profiles"))) / SHIPPED


def _shipped_names() -> frozenset[str]:
    return frozenset(file.stem for file in _shelf().glob(f"*{_ENDING}"))


def _shelved(name: str, file: str, source: str, content: bytes, hides: bool = False) -> ShelvedProfile:
    document = parse_document(file, decoded(content, file), Phrase("begin with profile: NAME"))
    try:
        profile = InstrumentProfile.model_validate(document.content)
    except ValidationError as error:
        faults = Messages(document, InstrumentProfile, ()).problems_of(error)
        raise ConfigError((*document.faults, *faults)) from None
    if profile.profile != name:
        wrong = Phrase(
            "is called {profile}, and its file {name}{ending}", profile=profile.profile, name=name, ending=_ENDING
        )
        raise ConfigError(
            (document.problem(("profile",), wrong, Phrase("write profile: {name}, or rename the file", name=name)),)
        )
    if document.faults:
        raise ConfigError(document.faults)
    return ShelvedProfile(profile, document, source, hashlib.sha256(content).hexdigest(), hides)
