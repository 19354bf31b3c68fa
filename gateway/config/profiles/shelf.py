"""Where profiles lie: those that ship with the package, and an integrator's own in the folder `instruments` beside the
configuration, which for a station is `/etc/station-gateway/instruments`. Of one name, the own one counts.

Promises: nothing is read that is not a plain file of bounded size with a profile's name, whatever was planted there.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from gateway.config.file.document import YamlDocument, parse_document
from gateway.config.file.messages import Messages
from gateway.config.file.nodes import LARGEST
from gateway.config.profiles.profile import PROFILE_NAME, InstrumentProfile
from gateway.config.suggest import did_you_mean
from gateway.core.errors import ConfigError, Problem

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

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"there is no profile {name}")
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
            return _shelved(name, str(own), str(own), _content(own), hides=ships)
        if not ships:
            hint = did_you_mean(name, self.names()) or "gateway instruments list shows what there is"
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


def _content(file: Path) -> bytes:
    """Raises ConfigError: it is no plain file, too large, or cannot be read."""
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            raise _refused(file, "is no plain file", "put the profile itself there: a link may lead anywhere")
        # Between that look and this one something else may take the name: what is opened is looked at once more.
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as opened:  # noqa: PTH123  # a descriptor, no path
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(LARGEST + 1) if stat.S_ISREG(mode) else b""
    except OSError as error:
        advice = f"let the gateway's user read it: chgrp gateway {file} && chmod 640 {file}"
        raise _refused(file, f"cannot be read ({error.strerror})", advice) from None
    if not stat.S_ISREG(mode):
        raise _refused(file, "is no plain file", "put the profile itself there: a link may lead anywhere")
    if mode & stat.S_IWOTH:
        raise _refused(file, f"can be changed by everybody (mode {stat.S_IMODE(mode):04o})", f"chmod o-w {file}")
    if len(content) > LARGEST:
        raise _refused(file, f"is larger than {LARGEST} bytes", "write a profile for each make of instrument")
    return content


def _shelved(name: str, file: str, source: str, content: bytes, hides: bool = False) -> ShelvedProfile:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError((Problem(file, line, "", "is not UTF-8 text", "save the file as UTF-8"),)) from None
    document = parse_document(file, text, "begin with profile: NAME")
    try:
        profile = InstrumentProfile.model_validate(document.content)
    except ValidationError as error:
        faults = Messages(document, InstrumentProfile, ()).problems_of(error)
        raise ConfigError((*document.faults, *faults)) from None
    if profile.profile != name:
        wrong = f"is called {profile.profile}, and its file {name}{_ENDING}"
        raise ConfigError((document.problem(("profile",), wrong, f"write profile: {name}, or rename the file"),))
    if document.faults:
        raise ConfigError(document.faults)
    return ShelvedProfile(profile, document, source, hashlib.sha256(content).hexdigest(), hides)


def _refused(file: Path, wrong: str, right: str) -> ConfigError:
    return ConfigError((Problem(str(file), 0, "", wrong, right),))
