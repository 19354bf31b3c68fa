"""The answers so far, beside the configuration that is being made, so that an interruption costs none of them.

Promises: after each answer the file is whole and on the disk, for its owner alone, and has no secret in it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.config.interview.progress import Answer
from gateway.core.errors import GatewayError
from gateway.runtime.plain_file import make_plain_file, open_plain_file
from gateway.runtime.sync import sync

_VERSION = 1
_LARGEST = 4_000_000


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
            raise GatewayError(f"{kept.file} has no answers of a former run; remove it") from error
        except OSError as error:
            raise GatewayError(f"{kept.file} cannot be read: {error.strerror}") from error
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
            raise GatewayError(f"{self.file} cannot be written: {error.strerror}") from error

    def forget(self) -> None:
        """They have become a configuration, or are not wanted."""
        self.file.unlink(missing_ok=True)
        sync(self.file.parent)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Nobody else makes a configuration in this folder meanwhile.

    Raises:
        GatewayError: somebody does.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GatewayError(f"another gateway init is under way in {folder}: end that one first") from None
        yield
    finally:
        os.close(descriptor)
