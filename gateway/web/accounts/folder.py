"""The page's own folder (`web.storage`): made, and held by one process."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.core.errors import GatewayError
from gateway.core.phrase import Phrase

OWNER = "gateway-web"
"""The user under which systemd runs the page."""


def make_page_folder(folder: Path) -> None:
    """For the page's process, which then holds `WEB_LOCK` of it.

    Raises:
        GatewayError: it cannot be made; the message says what to do.
    """
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise GatewayError(
            Phrase(
                "web.storage {folder} cannot be made: {strerror}; make it, and give it to the user of the page"
                " (install -d -m 750 -o {owner} {folder})",
                folder=folder,
                strerror=error.strerror,
                owner=OWNER,
            )
        ) from None


@contextmanager
def as_owner(folder: Path) -> Iterator[None]:
    """Root does what follows as the owner of the folder: whatever is made in it belongs to the page, and whatever its
    owner may have planted there leads root nowhere. Anybody else stays who he is. Makes the folder if there is none.

    Raises:
        GatewayError: it cannot be made, or is not for this user.
    """
    if not folder.exists():
        make_page_folder(folder)
        _give_to_page(folder)
    if not folder.is_dir():
        raise GatewayError(Phrase("web.storage {folder} is no folder", folder=folder))
    owner = folder.stat()
    if os.geteuid() != 0:
        if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
            raise GatewayError(
                Phrase(
                    "web.storage {folder} is not for this user: run this as root (sudo gateway web …)", folder=folder
                )
            )
        yield
        return
    group = os.getegid()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)


def _give_to_page(folder: Path) -> None:
    if os.geteuid() != 0:
        return
    try:
        page = pwd.getpwnam(OWNER)
    except KeyError:  # nobody has installed the unit: root's own
        return
    os.chown(folder, page.pw_uid, page.pw_gid)
