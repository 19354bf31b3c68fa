"""Secrets: each into a file of its own, which the daemon's user may read and nobody else.

Promises: a file that is there and was not made by this is never overwritten; what is typed stands in no other file, in
no argument and in no message.
"""

from __future__ import annotations

import os
from pathlib import Path

from gateway.cli.init.given import FROM_ENVIRONMENT, FROM_FILE
from gateway.cli.init.kept import KeptAnswers, drop_unfinished, not_written
from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.daemon_group import make_shared_folder, share_with_daemon
from gateway.runtime.plain_file import make_plain_file
from gateway.runtime.sync import sync

LONGEST_PASSWORD = 1000


class SecretFiles:
    """Below one folder, made when the first is put there."""

    def __init__(self, folder: Path, kept: KeptAnswers) -> None:
        self._folder = folder
        self._kept = kept

    @property
    def folder(self) -> Path:
        return self._folder

    def place(self, name: str) -> Path:
        """Where a secret of this name is.

        Raises:
            GatewayError: something stands there that this did not make.
        """
        file = self._folder / name
        if os.path.lexists(file) and str(file) not in self._kept.made:
            raise GatewayError(
                Phrase(
                    "{file} is there already and is not overwritten: move it away, or write {{file: {file}}} for it in"
                    " a file for --answers",
                    file=file,
                )
            )
        return file

    def is_ours(self, name: str) -> bool:
        """Whether a former run has put it there."""
        file = self._folder / name
        return str(file) in self._kept.made and file.exists()

    def is_others(self, name: str) -> bool:
        """Whether something stands there that this did not make."""
        return os.path.lexists(self._folder / name) and not self.is_ours(name)

    def prepare(self, name: str) -> Path:
        """The place, noted as ours before anything is there.

        Raises:
            GatewayError: as `place`, or the folder cannot be made.
        """
        file = self.place(name)
        if str(file) not in self._kept.made:
            self._kept.made.append(str(file))
            self._kept.keep()
        try:
            make_shared_folder(self._folder)
        except OSError as error:
            raise not_written(self._folder, error) from error
        return file

    def put(self, name: str, secret: str) -> dict[str, str]:
        """Write it. Returns the reference to it, as the configuration has it.

        Raises:
            GatewayError: as `prepare`, or it cannot be written.
        """
        file = self.prepare(name)
        beside = file.with_name(f".{file.name}.part")
        try:
            with os.fdopen(make_plain_file(beside, 0o600), "wb") as opened:
                opened.write(f"{secret}\n".encode())
                opened.flush()
                share_with_daemon(beside)
                os.fsync(opened.fileno())
            beside.rename(file)
            sync(self._folder)
        except OSError as error:
            drop_unfinished(beside)
            raise not_written(file, error) from error
        return {"file": str(file)}

    def check_reference(self, name: str, said: object) -> None:
        """Of what was given beforehand.

        Raises:
            GatewayError: it says no place, and may be the secret itself.
        """
        if isinstance(said, dict) and len(said) == 1:
            return
        raise GatewayError(
            Phrase(
                "the secret {name} is not a reference: write {{{from_file}: /path}}, {{{from_environment}: NAME}}, or"
                " {{file: /path}} and {{env: NAME}} to leave it where it is",
                name=name,
                from_file=FROM_FILE,
                from_environment=FROM_ENVIRONMENT,
            )
        )

    def remove_made(self) -> None:
        """Those that this made, where its answers are not wanted any more."""
        for one in self._kept.made:
            Path(one).unlink(missing_ok=True)
            Path(f"{one}.pub").unlink(missing_ok=True)


def password_fault(text: str) -> str | None:
    """A key of the texts below `init.said`; `None`: it can be one."""
    if not text:
        return "needed"
    if len(text) > LONGEST_PASSWORD:
        return "too_long"
    return None if text.isprintable() else "control_characters"
