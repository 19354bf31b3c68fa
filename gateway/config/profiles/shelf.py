"""Where profiles lie: those that ship with the package, and an integrator's own in the folder `instruments` beside the
configuration, which for a station is `/etc/station-gateway/instruments`. Of one name, the own one counts.

Promises: nothing is read that is not a plain file of bounded size with a profile's name, whatever was planted there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from gateway.config.file.document import YamlDocument, parse_document
from gateway.config.file.messages import Messages
from gateway.config.file.own_file import decoded, own_bytes
from gateway.config.profiles.profile import PROFILE_NAME, InstrumentProfile
from gateway.config.suggest import did_you_mean
from gateway.core.errors import ConfigError
from gateway.core.phrase import Phrase

SHIPPED = "shipped"
_ENDING = ".yaml"


@dataclass(frozen=True, slots=True)
class ShelvedProfile:
    """A profile as read, with its document for the lines. `hides`: it bears the name of one that ships."""

    profile: InstrumentProfile
    document: YamlDocument
    source: str
    digest: str
    hides: bool = False


class UnknownProfile(LookupError):
    """There is none of that name; `hint` names the nearest, or says where all are listed."""

    def __init__(self, name: str, hint: Phrase) -> None:
        self.wrong = Phrase("there is no profile {name}", name=name)
        super().__init__(self.wrong)
        self.hint = hint


class ProfileShelf:
    """`own_folder` need not exist."""

    def __init__(self, own_folder: Path | None) -> None:
        self._own_folder = own_folder

    @classmethod
    def beside(cls, configuration: Path) -> ProfileShelf:
        """For a configuration in this file."""
        return cls(configuration.absolute().parent / "instruments")

    def names(self) -> tuple[str, ...]:
        """All that there are, sorted."""
        return tuple(sorted({*_shipped_names(), *self._own_names()}))

    def find(self, name: str) -> ShelvedProfile:
        """The profile of this name, which is one (`check_profile_name`).

        Raises:
            UnknownProfile: there is none.
            ConfigError: its file cannot be used; with every fault in it.
        """
        ships = name in _shipped_names()
        own = None if self._own_folder is None else self._own_folder / f"{name}{_ENDING}"
        if own is not None and os.path.lexists(own):
            return _shelved(
                name,
                str(own),
                str(own),
                own_bytes(own, Phrase("write a profile for each make of instrument")),
                hides=ships,
            )
        if not ships:
            hint = did_you_mean(name, self.names()) or Phrase("gateway instruments list shows what there is")
            raise UnknownProfile(name, hint)
        found = _shelf().joinpath(f"{name}{_ENDING}")
        return _shelved(name, f"the shipped profile {name}{_ENDING}", SHIPPED, found.read_bytes())

    def _own_names(self) -> Iterator[str]:
        try:
            found = sorted(self._own_folder.iterdir()) if self._own_folder is not None else []
        except OSError:
            return
        for file in found:
            if file.suffix == _ENDING and PROFILE_NAME.fullmatch(file.stem):
                yield file.stem


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
