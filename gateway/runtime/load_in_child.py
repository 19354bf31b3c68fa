"""The configuration for a program that runs for months: read and checked in a child process, and held without what that
takes.

The YAML reader, the checks, pydantic and its models are needed once and would stay in memory: they are the child's
alone. It works out what the configuration means, too, as far as that takes the tables that ship. Here its models are
plain classes (`gateway.runtime.plain_models`), and dataclasses that are imported from here on share what is the same.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.core.errors import ConfigError, GatewayError, Problem
from gateway.core.phrase import Phrase
from gateway.runtime.in_child import pickled_in_child
from gateway.runtime.lean_dataclasses import use_lean_dataclasses
from gateway.runtime.plain_models import use_plain_models

if TYPE_CHECKING:
    from gateway.config import Configuration


def load_in_child(path: Path, meanwhile: Callable[[], object] = lambda: None) -> Configuration:
    """As `load` with nothing but the path, for a station that starts. To be called before there are threads, and before
    anything of the configuration is imported: who has pydantic already keeps it. `meanwhile`: what this process does
    while the child is at it, for instance imports of what knows the configuration.

    Raises:
        ConfigError: with every fault, sorted by line.
        GatewayError: the child came to nothing.
    """
    configuration, tables = made_in_child(lambda: _made(path), meanwhile)

    from gateway.config.builtin_tables.read import take_tables

    take_tables(tables)
    loaded: Configuration = configuration
    return loaded


def made_in_child(make: Callable[[], tuple[Any, ...]], meanwhile: Callable[[], object] = lambda: None) -> Any:
    """What `make` has of a configuration, made in a child process. `meanwhile`, as above.

    Raises:
        ConfigError: as `make` did.
        GatewayError: the child came to nothing.
    """

    def make_room() -> None:
        if "pydantic" not in sys.modules:
            use_plain_models()
            use_lean_dataclasses()
        meanwhile()

    pickled = pickled_in_child(lambda: _or_problems(make), make_room)
    if pickled is None:
        raise GatewayError(Phrase("the process that reads the configuration has ended before its time; try again"))
    made = pickle.loads(pickled)  # noqa: S301  # of our own making, through our own pipe
    if isinstance(made, list):
        raise ConfigError(tuple(made))
    return made


def worked_out(path: Path, *, starting: bool = False) -> Configuration:
    """What the file says, and what it means as far as that takes the tables that ship.

    Raises:
        ConfigError: with every fault, sorted by line.
    """
    from gateway.config.load import load

    configuration = load(path, starting=starting)
    _ = configuration.aggregations, configuration.derivation, configuration.finding_rules, configuration.fingerprints
    return configuration


def _or_problems(make: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...] | list[Problem]:
    """In the child."""
    try:
        return make()
    except ConfigError as error:
        return list(error.problems)


def _made(path: Path) -> tuple[Configuration, Mapping[str, Any]]:
    """In the child."""
    from gateway.config.builtin_tables.catalogue import aliases, forms, symbols
    from gateway.config.builtin_tables.molar_masses import molar_masses
    from gateway.config.builtin_tables.read import known_tables

    configuration = worked_out(path, starting=True)
    # Whatever one of its properties may ask for: the program that gets them can read none.
    _ = symbols(), aliases(), forms(), molar_masses()
    return configuration, known_tables()
