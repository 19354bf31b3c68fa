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
from gateway.core.phrase import Phrase


def decoded(content: bytes, file: str) -> str:
    """Its text, with or without a byte order mark; `file`: its name in problems.

    Raises:
        ConfigError: it is not UTF-8. One problem.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            (Problem(file, line, "", Phrase("is not UTF-8 text"), Phrase("save the file as UTF-8")),)
        ) from None


def own_bytes(file: Path, smaller: Phrase) -> bytes:
    """What it holds; `smaller`: what to do where it is too large.

    Raises:
        ConfigError: it is no plain file, too large, or cannot be read. One problem.
    """
    try:
        if not stat.S_ISREG(file.lstat().st_mode):
            raise _refused(
                file, Phrase("is no plain file"), Phrase("put the file itself there: a link may lead anywhere")
            )
        # Between that look and this one something else may take the name: what is opened is looked at once more.
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as opened:  # noqa: PTH123  # a descriptor, no path
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(LARGEST + 1) if stat.S_ISREG(mode) else b""
    except OSError as error:
        advice = Phrase("let the gateway's user read it: chgrp gateway {file} && chmod 640 {file}", file=file)
        raise _refused(file, Phrase("cannot be read ({strerror})", strerror=error.strerror), advice) from None
    if not stat.S_ISREG(mode):
        raise _refused(file, Phrase("is no plain file"), Phrase("put the file itself there: a link may lead anywhere"))
    if mode & stat.S_IWOTH:
        raise _refused(
            file,
            Phrase("can be changed by everybody (mode {mode:04o})", mode=stat.S_IMODE(mode)),
            Phrase("chmod o-w {file}", file=file),
        )
    if len(content) > LARGEST:
        raise _refused(file, Phrase("is larger than {largest} bytes", largest=LARGEST), smaller)
    return content


def _refused(file: Path, wrong: Phrase, right: Phrase) -> ConfigError:
    return ConfigError((Problem(str(file), 0, "", wrong, right),))
