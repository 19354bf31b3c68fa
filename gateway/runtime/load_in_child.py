"""The configuration for a program that runs for months: read and checked in a child process.

What that takes, the YAML reader, the checks and the models' compiled form, is needed once and would stay in memory:
3.4 MB of 64 with sixty parameters (`./bench memory` measures it). The child works out what the configuration means,
too, as far as that takes the tables that ship.
"""

from __future__ import annotations

from pathlib import Path

from gateway.config.configuration import Configuration
from gateway.config.load import load
from gateway.runtime.in_child import made_in_child


def load_in_child(path: Path) -> Configuration:
    """As `load` with nothing but the path, for a station that starts. To be called before there are threads.

    Raises:
        ConfigError: with every fault, sorted by line.
    """
    # What cannot be made in the child fails here as it did there.
    return made_in_child(lambda: worked_out(path, starting=True)) or load(path, starting=True)


def worked_out(path: Path, *, starting: bool = False) -> Configuration:
    """What the file says, and what it means as far as that takes the tables that ship.

    Raises:
        ConfigError: with every fault, sorted by line.
    """
    configuration = load(path, starting=starting)
    _ = configuration.aggregations, configuration.derivation, configuration.finding_rules, configuration.fingerprints
    return configuration
