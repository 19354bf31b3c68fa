"""Which program this is, on which system, with which packages: by the names of what is installed, without importing
anything for it."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable
from typing import Any

from gateway import __version__

_INSTALLED = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)\.dist-info")


def versions(path: Iterable[str] | None = None) -> dict[str, Any]:
    """Of the gateway, Python, the kernel and every package that it could import; `path`: where it looks for them."""
    return {
        "gateway": __version__,
        "python": platform.python_version(),
        "system": f"{os.uname().sysname} {os.uname().release} {os.uname().machine}",
        "packages": _packages(sys.path if path is None else path),
    }


def _packages(path: Iterable[str]) -> dict[str, str]:
    """The first of a name counts, as it does for Python. A folder that cannot be read has none."""
    found: dict[str, str] = {}
    for folder in path:
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208 - a zip file or nothing at all may stand there
        except OSError:
            continue
        for one in filter(None, map(_INSTALLED.fullmatch, names)):
            found.setdefault(one["name"].lower().replace("_", "-"), one["version"])
    return dict(sorted(found.items()))
