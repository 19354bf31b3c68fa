"""Ready instruments: what runs was taken from them at the daemon's start; has a file changed since?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.audit.runs import Run
from gateway.config import Configuration
from gateway.config.profiles.in_force import ProfileInForce, from_json
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
            "profile {name} has changed since the gateway was started: what runs is version {running} (sha256"
            " {of_running}), the file is version {version} (sha256 {of_file}); gateway check, then restart it",
            name=self.file.name,
            running=version,
            of_running=digest[:12],
            version=self.file.version,
            of_file=self.file.digest[:12],
        )


def profile_statuses(configuration: Configuration, run: Run | None, *, is_running: bool) -> tuple[ProfileStatus, ...]:
    """Of each that an instrument of the configuration takes; of a gateway that does not run nothing has changed."""
    kept = from_json(run.profiles) if run is not None and is_running else {}
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
