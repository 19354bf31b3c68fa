"""Files that an integrator puts beside the configuration: profiles, tables of limits.

Promises: nothing is read that is not a plain file of bounded size that not everybody may change, whatever was planted
there.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gateway.config.file.nodes import LARGEST
from gateway.core.errors import ConfigError, Problem


def decoded(content: bytes, file: str) -> str:
    """Its text, with or without a byte order mark; `file`: its name in problems.

    Raises:
        ConfigError: it is not UTF-8. One problem.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError((Problem(file, line, "", "is not UTF-8 text", "save the file as UTF-8"),)) from None


def own_bytes(file: Path, smaller: str) -> bytes:
    """What it holds; `smaller`: what to do where it is too large.

    Raises:
        ConfigError: it is no plain file, too large, or cannot be read. One problem.
    """
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            raise _refused(file, "is no plain file", "put the file itself there: a link may lead anywhere")
        # Between that look and this one something else may take the name: what is opened is looked at once more.
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as opened:  # noqa: PTH123  # a descriptor, no path
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(LARGEST + 1) if stat.S_ISREG(mode) else b""
    except OSError as error:
        advice = f"let the gateway's user read it: chgrp gateway {file} && chmod 640 {file}"
        raise _refused(file, f"cannot be read ({error.strerror})", advice) from None
    if not stat.S_ISREG(mode):
        raise _refused(file, "is no plain file", "put the file itself there: a link may lead anywhere")
    if mode & stat.S_IWOTH:
        raise _refused(file, f"can be changed by everybody (mode {stat.S_IMODE(mode):04o})", f"chmod o-w {file}")
    if len(content) > LARGEST:
        raise _refused(file, f"is larger than {LARGEST} bytes", smaller)
    return content


def _refused(file: Path, wrong: str, right: str) -> ConfigError:
    return ConfigError((Problem(str(file), 0, "", wrong, right),))
