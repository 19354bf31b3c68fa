"""Where reports and exports land: complete under their name, or not there. Nothing is overwritten unless asked for, and
never what is no file: a device or a pipe in whose place a file stood would be missed, and a symbolic link is replaced
itself, what it leads to stays as it is."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase
from gateway.runtime.plain_file import make_plain_file, other_kind

_MODE = 0o666
"""As every program makes what it was asked for: the caller's umask takes away from it."""


@contextmanager
def atomic_file(file: Path, *, overwrite: bool) -> Iterator[Path]:
    """A name beside `file` to write to; it becomes `file` when the block ends well, and is gone if it does not.

    Raises:
        GatewayError: `file` exists and is not to be overwritten, is no file, or cannot be written.
    """
    _refuse_existing(file, overwrite=overwrite)
    beside = _beside(file)
    with _told(file):
        try:
            os.close(make_plain_file(beside, _MODE))
            yield beside
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            _put_in_place(beside, file, overwrite=overwrite)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def atomic_folder(folder: Path, *, overwrite: bool, may_force: bool = True) -> Iterator[Path]:
    """A new folder beside `folder` to fill; it becomes `folder` when the block ends well. Into a folder that exists and
    is not empty, its files are moved one by one, over those of the same name; others stay. `may_force`: whether the
    command has a --force.

    Raises:
        GatewayError: `folder` has something in it and is not to be overwritten, or it cannot be written.
    """
    if not overwrite and folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        force = Phrase(", or add --force") if may_force else ""
        raise GatewayError(
            Phrase("{folder} exists and is not empty; choose another folder{force}", folder=folder, force=force)
        )
    beside = _beside(folder)
    with _told(folder):
        try:
            beside.mkdir()
            yield beside
            if folder.exists() and any(folder.iterdir()):
                _merge(beside, folder)
            else:
                beside.rename(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")


def refuse_early(file: Path, *, overwrite: bool) -> None:
    """Before work that takes long: what `atomic_file` would refuse after it, as far as it is seen already.

    Raises:
        GatewayError: `file` exists and is not to be overwritten, is a folder, or has no folder to be in.
    """
    if file.is_dir():
        raise GatewayError(Phrase("{file} is a folder; name a file in it", file=file))
    if not file.parent.is_dir():
        raise GatewayError(
            Phrase("{file} cannot be written: there is no folder {parent}", file=file, parent=file.parent)
        )
    if not os.access(file.parent, os.W_OK):
        raise GatewayError(
            Phrase("{file} cannot be written: you may not write in {parent}", file=file, parent=file.parent)
        )
    _refuse_existing(file, overwrite=overwrite)


def _refuse_existing(file: Path, *, overwrite: bool) -> None:
    kind = None
    with _told(file):
        kind = other_kind(file)
    if kind is not None and not file.is_symlink():
        raise GatewayError(
            Phrase(
                "{file} is {kind}; name a file, or lead the output there of a command that takes -o -",
                file=file,
                kind=kind,
            )
        )
    if not overwrite and os.path.lexists(file):
        raise GatewayError(Phrase("{file} exists; choose another name, or add --force", file=file))


def _put_in_place(beside: Path, file: Path, *, overwrite: bool) -> None:
    if not overwrite:
        try:
            os.link(beside, file)  # unlike a rename it fails if someone else was faster
        except FileExistsError:
            _refuse_existing(file, overwrite=False)
            raise
        except OSError:  # a card without hard links
            _refuse_existing(file, overwrite=False)
            beside.rename(file)
    else:
        beside.replace(file)


def _merge(source: Path, target: Path) -> None:
    inside = target.resolve()
    for file in sorted(source.rglob("*")):
        if file.is_file():
            place = target / file.relative_to(source)
            if not place.parent.resolve().is_relative_to(inside):
                raise GatewayError(
                    Phrase(
                        "{parent} leads out of {target}: a symbolic link stands there, move it away",
                        parent=place.parent,
                        target=target,
                    )
                )
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GatewayError(
            Phrase("{place} cannot be written: {strerror}", place=place, strerror=error.strerror or error)
        ) from error
