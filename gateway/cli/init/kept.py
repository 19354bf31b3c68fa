"""The answers so far, beside the configuration that is being made, so that an interruption costs none of them.

Promises: after each answer the file is whole and on the disk, for its owner alone, and has no secret in it.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.interview.progress import Answer
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import make_plain_file, open_plain_file
from gateway.runtime.sync import sync

_VERSION = 1
_LARGEST = 4_000_000
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(slots=True)
class KeptAnswers:
    """`made`: secrets' files that this made, or was about to."""

    file: Path
    answers: list[Answer] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    language: str | None = None

    @classmethod
    def beside(cls, configuration: Path) -> KeptAnswers:
        """Those of a former run; none where there is no such file.

        Raises:
            GatewayError: there is one that cannot be used.
        """
        kept = cls(configuration.with_name(f".{configuration.name}.init"))
        try:
            with os.fdopen(open_plain_file(kept.file, os.O_RDONLY), "rb") as opened:
                content = json.loads(opened.read(_LARGEST))
            if content["version"] != _VERSION:
                raise ValueError
            kept.answers = [(str(name), answer) for name, answer in content["answers"]]
            kept.made = [str(one) for one in content["made"]]
            kept.language = None if content["language"] is None else str(content["language"])
        except FileNotFoundError:
            return kept
        except (ValueError, KeyError, TypeError) as error:
            raise GatewayError(Phrase("{file} has no answers of a former run; remove it", file=kept.file)) from error
        except OSError as error:
            told = Phrase("{file} cannot be read: {why}", file=kept.file, why=error.strerror)
            raise GatewayError(told) from error
        return kept

    def keep(self) -> None:
        """
        Raises:
            GatewayError: it cannot be written.
        """
        content = {"version": _VERSION, "language": self.language, "answers": self.answers, "made": self.made}
        beside = self.file.with_name(f"{self.file.name}.part")
        try:
            with os.fdopen(make_plain_file(beside, 0o600), "w", encoding="utf-8") as opened:
                json.dump(content, opened, ensure_ascii=False)
                opened.flush()
                os.fsync(opened.fileno())
            beside.rename(self.file)
            sync(self.file.parent)
        except OSError as error:
            drop_unfinished(beside)
            raise not_written(self.file, error) from error

    def forget(self) -> None:
        """They have become a configuration, or are not wanted."""
        self.file.unlink(missing_ok=True)
        sync(self.file.parent)


def not_written(file: Path, error: OSError) -> GatewayError:
    """What is said of it; of a full disk, what to do."""
    if error.errno in _FULL:
        told = Phrase(
            "{file} cannot be written, the disk is full: make room, then start gateway init again, and it goes on where"
            " it was",
            file=file,
        )
        return GatewayError(told)
    return GatewayError(Phrase("{file} cannot be written: {why}", file=file, why=error.strerror))


def drop_unfinished(file: Path) -> None:
    """What was begun and cannot be ended."""
    with suppress(OSError):
        file.unlink()


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else makes a configuration in this folder meanwhile.

    Raises:
        GatewayError: somebody does.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        told = Phrase("{file} cannot be read: {why}", file=folder, why=error.strerror)
        raise GatewayError(told) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            told = Phrase("another gateway init is under way in {folder}: end that one first", folder=folder)
            raise GatewayError(told) from None
        yield
    finally:
        os.close(descriptor)
