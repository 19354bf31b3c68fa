"""After a power cut while the version that works was being kept: nothing had changed, and it runs. But dpkg has noted
that it was to be replaced, and configures it no more (`reinstreq half-configured`): it is installed once more as it is.
"""

from __future__ import annotations

import logging
import time

from . import packing
from .commands import PACKAGES, dpkg_is_busy, install, package_state
from .state import UpgradeFolder

_log = logging.getLogger(__name__)

_TRIES = 10
_AGAIN_S = 5.0


def set_right(folder: UpgradeFolder) -> None:
    """What was begun stays noted where dpkg cannot do it now, for the next start of the machine."""
    for _ in range(_TRIES):
        while dpkg_is_busy():  # somebody may be installing what was to come
            time.sleep(1)
        half = [name for name in PACKAGES if package_state(name)[0] == "half-configured"]
        if not half:
            if folder.read() is None:
                folder.restore_older()
            folder.end_preparing()
            return
        said = _installed_again(folder, half)
        if said is not None:
            _log.error("not installed again yet packages=%s error=%r", ",".join(half), said)
            time.sleep(_AGAIN_S)


def _installed_again(folder: UpgradeFolder, packages: list[str]) -> str | None:
    """`None`: they are installed."""
    files = [folder.next / f"{name}.deb" for name in packages]
    try:
        folder.next.mkdir(mode=0o700, exist_ok=True)
        for name, file in zip(packages, files, strict=True):
            packing.pack(name, file)
    except (OSError, packing.NotPacked) as error:
        return str(error)
    code, said = install(files)
    return said.strip()[-1000:] if code else None
