"""What root keeps of the policy: what was confirmed, what waits to be confirmed, what was done, what was found.

`var/lib/station-gateway-ports` outlives a power cut, `run/station-gateway-ports` does not, as what it tells of does not
either. Only root writes there; everybody may read all but the lock. A file is complete or not there, and bears a
checksum. What was confirmed is kept twice.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.core.errors import GatewayError
from gateway.core.interfaces import Clock
from gateway.core.journal_entry import canonical
from gateway.core.phrase import Phrase
from gateway.ports.policy.plan import ClosingPlan, plan_content, plan_from
from gateway.runtime.plain_file import make_plain_file, open_plain_file
from gateway.runtime.sync import sync

KEPT = "var/lib/station-gateway-ports"
VOLATILE = "run/station-gateway-ports"
_CONFIRMED = ("confirmed-1.json", "confirmed-2.json")
_PENDING = "pending.json"
_LOCK = "lock"
_LARGEST = 1 << 20
_BUSY_FOR_S = 20.0


@dataclass(frozen=True, slots=True)
class ReturnTime:
    """When a policy that nobody confirmed is taken back: by the machine's own counting since that start of it."""

    boot_id: str
    mono_s: float


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """`number`: of the act that put it in force. `plan`: `None` closes nothing. `until`: of one that waits to be
    confirmed."""

    number: int
    plan: ClosingPlan | None
    at_ms: int
    who: str
    until: ReturnTime | None = None

    @property
    def sha256(self) -> str | None:
        return None if self.plan is None else self.plan.sha256


class StateFolder:
    """Below `root`, the folder in which the box's `sys` and `proc` lie."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kept = root / KEPT
        self.volatile = root / VOLATILE

    @contextmanager
    def hold(self, clock: Clock) -> Iterator[None]:
        """One at a time puts something in force: a confirmation and a return at the same moment come one after the
        other.

        Raises:
            GatewayError: somebody else is at it and does not end, or the folder cannot be written.
        """
        with told(self.kept):
            for folder in (self.kept, self.volatile):
                folder.mkdir(parents=True, exist_ok=True)
                if folder.stat().st_mode & 0o777 != 0o755:  # a card that cannot be written any more can be opened
                    folder.chmod(0o755)
            # Root's alone: whoever may read a file may lock it, and would keep everything from being taken back.
            handle = open_plain_file(self.volatile / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle, clock)
            yield
        finally:
            os.close(handle)

    def confirmed(self) -> AppliedPolicy | None:
        """The newer of both copies that can be read; `None`: nothing was ever confirmed."""
        found = [one for one in (self._applied(self.kept / name) for name in _CONFIRMED) if one is not None]
        return max(found, key=lambda one: one.number, default=None)

    def is_damaged(self) -> bool:
        """Whether something was confirmed, and no copy of it can be read any more."""
        return self.confirmed() is None and any((self.kept / name).exists() for name in _CONFIRMED)

    def pending(self) -> AppliedPolicy | None:
        """What waits to be confirmed. One that cannot be read waits for nothing, and is taken back."""
        return self._applied(self.kept / _PENDING)

    def has_pending(self) -> bool:
        return (self.kept / _PENDING).exists()

    def keep_pending(self, applied: AppliedPolicy) -> None:
        write_checked(self.kept / _PENDING, _content(applied))

    def keep_confirmed(self, applied: AppliedPolicy) -> None:
        """From here on the start of the machine puts this one in force.

        Raises:
            GatewayError: not one copy could be written; what was confirmed before is still.
        """
        failed = []
        for name in _CONFIRMED:
            try:
                write_checked(self.kept / name, _content(applied))
            except GatewayError as error:
                failed.append(error)
        if len(failed) == len(_CONFIRMED):
            raise failed[0]

    def mend_confirmed(self) -> None:
        """Make a copy anew that is damaged, gone or older than the other.

        Raises:
            GatewayError: it cannot be written.
        """
        newest = self.confirmed()
        for name in _CONFIRMED if newest is not None else ():
            if newest is not None and self._applied(self.kept / name) != newest:
                write_checked(self.kept / name, _content(newest))

    def drop_confirmed(self) -> None:
        """As if nothing had ever been confirmed. Raises GatewayError: it cannot be taken away."""
        with told(self.kept):
            for name in _CONFIRMED:
                (self.kept / name).unlink(missing_ok=True)
            sync(self.kept)

    def drop_pending(self) -> None:
        with told(self.kept):
            (self.kept / _PENDING).unlink(missing_ok=True)
            sync(self.kept)

    def _applied(self, file: Path) -> AppliedPolicy | None:
        content = read_checked(file)
        if content is None:
            return None
        try:
            plan = None if content["plan"] is None else plan_from(content["plan"])
            until = content["until"]
            return AppliedPolicy(
                int(content["number"]),
                plan,
                int(content["at_ms"]),
                str(content["who"]),
                None if until is None else ReturnTime(str(until["boot_id"]), float(until["mono_s"])),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return None  # of a newer gateway


def write_checked(file: Path, content: Mapping[str, Any]) -> None:
    """On the card under its name, complete, when this returns.

    Raises:
        GatewayError: it cannot be written; what was there is there still.
    """
    text = canonical({"content": content, "sha256": hashlib.sha256(canonical(content).encode()).hexdigest()})
    beside = file.with_name(f".{file.name}.new")
    with told(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(make_plain_file(beside, 0o644), "w", encoding="utf-8") as written:
            written.write(text + "\n")
            written.flush()
            os.fchmod(written.fileno(), 0o644)
            os.fsync(written.fileno())
        beside.replace(file)
        sync(file.parent)


def read_checked(file: Path) -> dict[str, Any] | None:
    """What `write_checked` wrote. `None`: there is none, or not all of it, or something else. Never raises."""
    try:
        with os.fdopen(open_plain_file(file, os.O_RDONLY), encoding="utf-8") as handle:
            whole = json.loads(handle.read(_LARGEST))
        content = whole["content"]
        if whole["sha256"] != hashlib.sha256(canonical(content).encode()).hexdigest():
            return None
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return content if isinstance(content, dict) else None


@contextmanager
def told(place: Path) -> Iterator[None]:
    """
    Raises:
        GatewayError: in place of an OSError.
    """
    try:
        yield
    except OSError as error:
        advice = Phrase("; run this as root") if isinstance(error, PermissionError) else ""
        raise GatewayError(
            Phrase(
                "{place} cannot be written: {strerror}{advice}",
                place=place,
                strerror=error.strerror or error,
                advice=advice,
            )
        ) from None


def _content(applied: AppliedPolicy) -> dict[str, Any]:
    until = applied.until
    return {
        "number": applied.number,
        "plan": None if applied.plan is None else plan_content(applied.plan),
        "at_ms": applied.at_ms,
        "who": applied.who,
        "until": None if until is None else {"boot_id": until.boot_id, "mono_s": until.mono_s},
    }


def _lock(handle: int, clock: Clock) -> None:
    give_up_s, pause = clock.now().mono_s + _BUSY_FOR_S, threading.Event()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if clock.now().mono_s > give_up_s:
                raise GatewayError(
                    Phrase("another `gateway ports policy` is at work and does not end; look with ps")
                ) from None
            pause.wait(0.1)
