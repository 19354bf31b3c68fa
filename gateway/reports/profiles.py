"""Ready instruments: what runs was taken from them when it was taken over; has a file changed since?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.config import Configuration
from gateway.config.profiles.in_force import ProfileInForce
from gateway.core.phrase import Phrase


@dataclass(frozen=True, slots=True)
class ProfileStatus:
    """`file`: as it is now. `running`: version and digest that the daemon took; `None`: it took none of that name, or
    nobody knows."""

    file: ProfileInForce
    running: tuple[int, str] | None

    @property
    def has_changed(self) -> bool:
        """Whether what runs is known to be something else than the file."""
        return self.running is not None and self.running[1] != self.file.digest

    @property
    def words(self) -> Phrase:
        """What a person should know and do."""
        version, digest = self.running or (0, "")
        return Phrase(
            "profile {name} has changed since it was taken over: what runs is version {running} (sha256"
            " {of_running}), the file is version {version} (sha256 {of_file}); gateway check, then gateway reload",
            name=self.file.name,
            running=version,
            of_running=digest[:12],
            version=self.file.version,
            of_file=self.file.digest[:12],
        )


def profile_statuses(
    configuration: Configuration, in_force: Mapping[str, tuple[int, str]], *, is_running: bool
) -> tuple[ProfileStatus, ...]:
    """Of each that an instrument of the configuration takes. `in_force`: version and digest by name of those that run;
    of a gateway that does not run nothing has changed."""
    kept = in_force if is_running else {}
    return tuple(ProfileStatus(one, kept.get(one.name)) for one in configuration.profiles)


def to_json(status: ProfileStatus) -> dict[str, Any]:
    """Stable keys."""
    return {
        "name": status.file.name,
        "version": status.file.version,
        "from": status.file.source,
        "sha256": status.file.digest,
        "instruments": status.file.instruments,
        "running_sha256": None if status.running is None else status.running[1],
        "changed": status.has_changed,
    }
