"""The configuration for a program that runs for months: read and checked in a child process.

What that takes, the YAML reader, the checks and the models' compiled form, is needed once and would stay in memory:
3.4 MB of 64 with sixty parameters (`./bench memory` measures it). The child works out what the configuration means,
too, as far as that takes the tables that ship.
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path

from gateway.config.configuration import Configuration
from gateway.config.load import load


def load_in_child(path: Path) -> Configuration:
    """As `load` with nothing but the path. To be called before there are threads.

    Raises:
        ConfigError: with every fault, sorted by line.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        code = 1
        try:
            _send(path, writer)
            code = 0
        finally:
            os._exit(code)  # whatever happens, the child never goes on with its parent's work
    os.close(writer)
    with os.fdopen(reader, "rb") as channel:
        content = channel.read()
    if os.waitpid(child, 0)[1]:
        return load(path)  # and fail here as the child did
    loaded: Configuration = pickle.loads(content)  # noqa: S301  # of our own making, through our own pipe
    return loaded


def _send(path: Path, writer: int) -> None:
    configuration = load(path)
    _ = configuration.aggregations, configuration.derivation, configuration.finding_rules
    content = pickle.dumps(configuration)
    with os.fdopen(writer, "wb") as channel:
        channel.write(content)
