"""The signed documents, each a file named by the SHA-256 of its bytes: what is here never changes, and is never sent
if it did."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from pathlib import Path

from gateway.core.errors import StoreError, StoreFull
from gateway.runtime.plain_file import make_plain_file, open_plain_file
from gateway.runtime.sync import sync

FOLDER = "kept"
"""In the spool."""
_PART = ".part"
_NO_ROOM = (28, 122)
"""ENOSPC, EDQUOT."""


class DocumentDamaged(StoreError):
    """It is not there, or not what was signed: it must not be sent."""


class KeptDocuments:
    """All access to them. `spool` exists."""

    def __init__(self, spool: Path) -> None:
        self._folder = spool / FOLDER

    def keep(self, document: bytes) -> str:
        """It is on the card when this returns, under the SHA-256 that is returned, in hexadecimal digits.

        Raises:
            StoreFull, StoreError: it is not.
        """
        digest = hashlib.sha256(document).hexdigest()
        file = self._file(digest)
        part = file.with_name(f"{digest}{_PART}")
        try:
            self._folder.mkdir(mode=0o750, exist_ok=True)
            with os.fdopen(make_plain_file(part, 0o640), "wb") as opened:
                opened.write(document)
                opened.flush()
                os.fsync(opened.fileno())
            part.replace(file)
            sync(self._folder)
        except OSError as error:
            part.unlink(missing_ok=True)
            kind = StoreFull if error.errno in _NO_ROOM else StoreError
            raise kind(f"{file}: {error.strerror or error}") from error
        return digest

    def read(self, digest: str, size: int) -> bytes:
        """
        Raises:
            DocumentDamaged: it is not there, or other bytes.
            StoreError: it cannot be read.
        """
        file = self._file(digest)
        try:
            with os.fdopen(open_plain_file(file, os.O_RDONLY), "rb") as opened:
                document = opened.read(size + 1)
        except FileNotFoundError:
            raise DocumentDamaged(f"the signed document {file} is not there") from None
        except OSError as error:
            raise StoreError(f"{file}: {error.strerror or error}") from error
        if len(document) != size or hashlib.sha256(document).hexdigest() != digest:
            raise DocumentDamaged(f"the signed document {file} is not as it was signed")
        return document

    def drop(self, digests: Collection[str]) -> None:
        """They are removed; those that are not there are none that count."""
        for digest in digests:
            self._file(digest).unlink(missing_ok=True)

    def drop_strangers(self, known: Collection[str]) -> int:
        """Remove what a power cut left behind: documents whose rows were never written. Returns how many."""
        strangers = [one for one in self._folder.glob("*") if one.name not in known] if self._folder.is_dir() else []
        for one in strangers:
            if len(one.name.removesuffix(_PART)) == hashlib.sha256().digest_size * 2:
                one.unlink(missing_ok=True)
        return len(strangers)

    def _file(self, digest: str) -> Path:
        return self._folder / digest
