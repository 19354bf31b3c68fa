"""Which configuration runs, or ran last; whether its file is another one by now; and what was refused since."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.audit.configurations import newest_in_force
from gateway.audit.reload_requests import ReloadRequest, ReloadRequests, ReloadState
from gateway.core.instants import local_text
from gateway.core.phrase import in_a_row
from gateway.db import Database

SHOWN = 12
"""Digits of a hash that people are shown."""
PROBLEMS_SHOWN = 3
"""Faults of a file that was refused; `gateway check` has all of them."""


@dataclass(frozen=True, slots=True)
class ConfigurationStanding:
    """`sha256`: of the file that runs, or ran last; `None`: none is known. `file_sha256`: of the file as it is now;
    `None`: it cannot be read. `refused`: the newest request to take it over, if it was refused."""

    sha256: str | None = None
    since_ms: int | None = None
    file_sha256: str | None = None
    refused: ReloadRequest | None = None

    @property
    def differs(self) -> bool:
        """Whether the next start would begin with another file than the one that runs."""
        return None not in (self.sha256, self.file_sha256) and self.sha256 != self.file_sha256

    @property
    def why_refused(self) -> str:
        """In a line, with the first faults; empty: the newest request was not refused."""
        if self.refused is None:
            return ""
        outcome = self.refused.outcome
        faults = in_a_row(outcome.problems[:PROBLEMS_SHOWN], "; ")
        return in_a_row((outcome.why, faults), ": ") if faults else outcome.why


def configuration_standing(file: Path, database: Database) -> ConfigurationStanding:
    """Of the file that the station is configured by."""
    sha256, since_ms = newest_in_force(database) or (None, None)
    newest = ReloadRequests(database).newest()
    is_refused = newest is not None and newest.state is ReloadState.REFUSED
    return ConfigurationStanding(sha256, since_ms, _hash_of(file), newest if is_refused else None)


def standing_to_json(standing: ConfigurationStanding, zone: str) -> dict[str, Any]:
    refused = standing.refused
    return {
        "sha256": standing.sha256,
        "since": local_text(standing.since_ms, zone),
        "file_sha256": standing.file_sha256,
        "differs": standing.differs,
        "refused": None
        if refused is None
        else {
            "at": local_text(refused.settled_ms, zone),
            "by": refused.asked_by,
            "sha256": refused.sha256,
            "why": refused.outcome.why,
            "problems": list(refused.outcome.problems),
        },
    }


def _hash_of(file: Path) -> str | None:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None
