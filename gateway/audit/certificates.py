"""Certificates come to their end while everything works; the warning has to come before, when there is time to act."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.core.component import ComponentKind, ComponentState
from gateway.core.instants import DAY_MS, utc_ms
from gateway.core.interfaces import Clock, StateBoard
from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_log = logging.getLogger(__name__)

WARN_FOR_MS = 30 * DAY_MS


class CertificateWatch:
    """Told at every handshake until when a destination's certificate is valid; warns once a day in its last 30 days,
    and in those of the one that we show.

    Reports the state `valid` or `ending` under the kind `certificate` and the destination's name.
    """

    def __init__(
        self, destination: str, board: StateBoard, clock: Clock, *, is_pinned: bool = False, ours: Path | None = None
    ) -> None:
        """`is_pinned`: the server is known by its certificate's fingerprint, whenever it ends; what ends it is the next
        one. `ours`: the file of the certificate that we show."""
        self._destination = destination
        self._is_pinned = is_pinned
        self._ours = ours
        self._board = board
        self._clock = clock
        self._warned_ms: int | None = None

    def seen_until(self, end_ms: int) -> None:
        """See `gateway.uplinks.tls.SeenUntil`."""
        now_ms = self._clock.now().wall_ms
        words = self._server_words(end_ms - now_ms) or self._our_words(now_ms)
        if words is None:
            self._board.report(ComponentKind.CERTIFICATE, self._destination, ComponentState.VALID, None, now_ms)
            return
        self._board.report(ComponentKind.CERTIFICATE, self._destination, ComponentState.ENDING, words, now_ms)
        if self._warned_ms is None or abs(now_ms - self._warned_ms) >= DAY_MS:
            self._warned_ms = now_ms
            _log.warning("certificate ends soon destination=%s error=%r", self._destination, words)

    def _server_words(self, left_ms: int) -> str | None:
        """`None`: nothing speaks against it for a while. One that is pinned goes on to be taken after its end."""
        if left_ms > WARN_FOR_MS or (self._is_pinned and left_ms < 0):
            return None
        todo = Phrase("for the fingerprint of the next one and list it in certificate:, too") if self._is_pinned else ""
        return Phrase(
            "the server's certificate ends in {days}; ask the authority {todo}",
            days=_days(left_ms),
            todo=todo or "whether it is renewed",
        )

    def _our_words(self, now_ms: int) -> str | None:
        try:
            found = endings(self._ours, now_ms) if self._ours is not None else []
        except ValueError:  # the server says what it makes of it
            return None
        if not found:
            return None
        left_ms = min(one.left_ms for one in found)
        ends = Phrase("has ended") if left_ms < 0 else Phrase("ends in {days}", days=_days(left_ms))
        return Phrase("the certificate that we show (client:) {ends}; ask the authority for the next one", ends=ends)


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate in a file that has ended or soon will."""

    holder: str
    at: datetime
    left_ms: int


def endings(file: Path, now_ms: int) -> list[Ending]:
    """Those certificates in a PEM file that end within 30 days, or have ended.

    Raises:
        ValueError: it cannot be read, or what it holds is no certificate.
    """
    found = []
    for certificate in _read(file):
        end = certificate.not_valid_after_utc
        left_ms = utc_ms(end) - now_ms
        if left_ms <= WARN_FOR_MS:
            found.append(Ending(certificate.subject.rfc4514_string(), end, left_ms))
    return found


def begins_later(file: Path, now_ms: int) -> datetime | None:
    """When the last certificate of a PEM file begins to be valid; `None`: all of them have begun.

    Raises:
        ValueError: it cannot be read, or what it holds is no certificate.
    """
    begin = max(certificate.not_valid_before_utc for certificate in _read(file))
    return begin if utc_ms(begin) > now_ms else None


def invalid_now(file: Path, now_ms: int) -> str | None:
    """Why nobody will take the certificates of a PEM file now, in words; `None`: nothing speaks against them."""
    try:
        begin = begins_later(file, now_ms)
        ended = [ending.at for ending in endings(file, now_ms) if ending.left_ms < 0]
    except ValueError as error:
        return Phrase("it cannot be read: {error}", error=error)
    if ended:
        return Phrase("it ended on {ended:%Y-%m-%d}", ended=min(ended))
    return None if begin is None else Phrase("it is valid from {begin:%Y-%m-%d %H:%M} UTC on, and not yet", begin=begin)


def _read(file: Path) -> list[Certificate]:
    from cryptography import x509  # only here: `gateway check` without a private authority does not need it

    try:
        content = file.read_bytes()
    except OSError as error:
        raise ValueError(error.strerror) from error
    return x509.load_pem_x509_certificates(content)


def _days(left_ms: int) -> str:
    days = left_ms // DAY_MS
    return Phrase("less than a day") if days < 1 else "1 day" if days == 1 else Phrase("{days} days", days=days)
