"""The signed documents, each a file named by the SHA-256 of its bytes: what is here never changes, and is never sent
if it did."""

from __future__ import annotations

import hashlib
import os
import pwd
from collections.abc import Collection
from pathlib import Path

from gateway.core.errors import StoreError, StoreFull
from gateway.core.phrase import Phrase
from gateway.orders.file_age import is_older
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
            self._make_folder()
            with os.fdopen(make_plain_file(part, 0o640), "wb") as opened:
                if os.geteuid() == 0:  # a command of root's: the daemon has to be able to read and remove it
                    owner = self._folder.stat()
                    os.fchown(opened.fileno(), owner.st_uid, owner.st_gid)
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

    def _make_folder(self) -> None:
        """For the daemon's own group alone, whatever group the spool hands on: who moves orders in reads none of them
        as they were signed."""
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o750, exist_ok=True)
            owner = self._folder.parent.stat()
            if os.geteuid() == 0:
                os.chown(self._folder, owner.st_uid, _own_group(owner))
            else:
                os.chown(self._folder, -1, os.getegid())

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
            raise DocumentDamaged(Phrase("the signed document {file} is not there", file=file)) from None
        except OSError as error:
            raise StoreError(f"{file}: {error.strerror or error}") from error
        if len(document) != size or hashlib.sha256(document).hexdigest() != digest:
            raise DocumentDamaged(Phrase("the signed document {file} is not as it was signed", file=file))
        return document

    def drop(self, digests: Collection[str]) -> None:
        """They are removed; those that are not there are none that count."""
        for digest in digests:
            self._file(digest).unlink(missing_ok=True)

    def drop_strangers(self, known: Collection[str], before_ms: int) -> int:
        """Remove what a power cut left behind: documents whose rows were never written, from before then. Returns how
        many."""
        strangers = [one for one in self._folder.glob("*") if one.name not in known] if self._folder.is_dir() else []
        old = [one for one in strangers if _is_document(one.name) and is_older(one, before_ms)]
        for one in old:
            one.unlink(missing_ok=True)
        return len(old)

    def _file(self, digest: str) -> Path:
        return self._folder / digest


def _own_group(owner: os.stat_result) -> int:
    """That of the user whose folder it is."""
    try:
        return pwd.getpwuid(owner.st_uid).pw_gid
    except KeyError:
        return owner.st_gid


def _is_document(name: str) -> bool:
    return len(name.removesuffix(_PART)) == hashlib.sha256().digest_size * 2
