"""Test partners from PyPI and npm, pinned, in folders of their own: neither our environment nor the machine is touched.

What is fetched stands in `tests/support/servers/registry`: `requirements.txt`, and `package.json` with its lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.debian import CACHE, release

_PINS = Path(__file__).parent / "servers/registry"
_REQUIREMENTS = _PINS / "requirements.txt"
_NODE = (_PINS / "package.json", _PINS / "package-lock.json")


def python_packages() -> Path:
    """The folder to be put into `PYTHONPATH`. Downloads once; safe to call from parallel test runs.

    Raises:
        RuntimeError: no network; pip's own words are in the message.
    """
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-r", _REQUIREMENTS, "--target", "."]
    return _fetched(_python_folder(), install)


def node_packages() -> Path:
    """The folder to be put into `NODE_PATH`. As `python_packages`.

    Raises:
        RuntimeError: no network, no npm; npm's own words are in the message.
    """
    # Without the optional parts that would be compiled here: they make faster what is fast enough.
    install = ["npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]
    return _fetched(_node_folder(), install, *_NODE) / "node_modules"


def are_fetched() -> bool:
    """Whether all of them are here already."""
    return _python_folder().is_dir() and _node_folder().is_dir()


def _python_folder() -> Path:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return CACHE / f"python-{version}-{release()}-{_digest(_REQUIREMENTS)}"


def _node_folder() -> Path:
    return CACHE / f"node-{_digest(*_NODE)}"


def _fetched(folder: Path, install: Sequence[str | Path], *beside: Path) -> Path:
    """The folder, made by a command that runs in it with these files beside. A half-finished one is never returned."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE, prefix="fetching-") as scratch:
                whole = Path(scratch) / "whole"
                whole.mkdir()
                for file in beside:
                    shutil.copy(file, whole)
                _run(install, whole)
                whole.rename(folder)
    return folder


def _run(command: Sequence[str | Path], folder: Path) -> None:
    try:
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=dict(os.environ), check=False)
    except FileNotFoundError as error:
        raise RuntimeError(f"{command[0]} is missing: ./test installs it") from error
    if ended.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]
