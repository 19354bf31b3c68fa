"""Passwords: argon2id with 19 MiB and two passes (OWASP's least), and which are refused when they are chosen.

One is looked at at a time, and few wait: memory stays bounded whoever knocks. Of a name that no account has the same
work is done. Texts are compared in one form: a Vietnamese letter typed as one character or as two is the same letter.
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from unicodedata import normalize

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.core.errors import GatewayError

_log = logging.getLogger(__name__)

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 256
LEAST_DIFFERENT = 5
MEMORY_KIB = 19 * 1024
PASSES = 2
MOST_WAITING = 8
"""For their turn; whoever comes then is told to come back."""
_KNOWN_BITS = ("password", "matkhau", "mat khau", "mật khẩu", "qwerty", "asdfgh", "admin", "gateway")
"""Part of what guessers try first."""
_LEAST_OWN = 6
"""Characters besides the account's name, such words, and runs like 12345 and aaaa."""


class PasswordFault(StrEnum):
    """Why a password is not taken; the values are part of the page's texts."""

    SHORT = "short"
    LONG = "long"
    ALIKE = "alike"
    KNOWN = "known"
    NAME = "name"
    UNSEEN = "unseen"


class PasswordsBusy(GatewayError):
    """Too many want a password looked at: come back in a moment."""


def password_fault(password: str, name: str) -> PasswordFault | None:
    """Why `password` cannot be chosen for the account `name`; `None`: it can. Length counts, not kinds of characters
    (NIST SP 800-63B, 3.1.1.2)."""
    text = normalize("NFKC", password)
    if not text.isprintable():
        return PasswordFault.UNSEEN
    if len(text) < LEAST_CHARACTERS:
        return PasswordFault.SHORT
    if len(text) > MOST_CHARACTERS:
        return PasswordFault.LONG
    folded = text.casefold()
    if len(set(folded)) < LEAST_DIFFERENT:
        return PasswordFault.ALIKE
    if _own(folded.replace(name.casefold(), "")) < _LEAST_OWN:
        return PasswordFault.NAME
    for bit in _KNOWN_BITS:
        folded = folded.replace(bit, "")
    return PasswordFault.KNOWN if _own(folded) < _LEAST_OWN else None


def _own(text: str) -> int:
    """How many of its characters are not what comes after the one before, in the order of characters or again."""
    return sum(ord(one) - ord(before) not in (0, 1) for before, one in zip(f"\0{text}", text, strict=False))


class Passwords:
    """Makes and compares. Shared by all threads of a process."""

    def __init__(self, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_WAITING)
        self._nobodys = _nobodys_password(self._hasher)

    def make(self, password: str) -> str:
        """The text to keep of it.

        Raises:
            PasswordsBusy
        """
        with self._my_turn():
            return self._hasher.hash(_bytes(password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether `kept` was made of it. `None`: no account has the name; it takes as long.

        Raises:
            PasswordsBusy
        """
        text = _bytes(password[: 4 * MOST_CHARACTERS])
        with self._my_turn():
            try:
                self._hasher.verify(self._nobodys if kept is None else kept, text)
            except VerificationError:
                return False
            except InvalidHashError:
                _log.error("what is kept of a password is none; gateway web user passwd gives the account another one")
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was made with other costs than ours are now."""
        return self._hasher.check_needs_rehash(kept)

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise PasswordsBusy("too many people log in at once: come back in a moment")
        try:
            with self._turn:
                yield
        finally:
            self._places.release()


def _bytes(password: str) -> bytes:
    return normalize("NFKC", password).encode(errors="backslashreplace")


def _nobodys_password(hasher: argon2.PasswordHasher) -> str:
    """The text of a password that is nobody's, in the format and with the costs of all others."""
    salt, digest = (base64.b64encode(bytes(size)).decode().rstrip("=") for size in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v=19$m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}${salt}${digest}"
