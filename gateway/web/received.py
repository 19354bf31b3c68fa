"""What the page needs and is made once: the configuration, the texts, the tables that ship, the compiled templates. A
child process makes them, which alone has pydantic, the reader of YAML and Jinja2's compiler at work; they come to the
page as they are pickled, and from then on what the page imports is lean.

Nothing that knows the configuration may be imported before: see `gateway.runtime.plain_models`.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.core.errors import ConfigError, GatewayError
from gateway.runtime.in_child import pickled_in_child
from gateway.runtime.lean_dataclasses import use_lean_dataclasses
from gateway.runtime.plain_models import use_plain_models
from gateway.web.lean_libraries import import_lean_templates

if TYPE_CHECKING:
    from gateway.config import Configuration


def receive(file: Path) -> Configuration:
    """The configuration in this file. Texts, tables and templates are in their places.

    Raises:
        ConfigError: with every fault, sorted by line.
        GatewayError: the child came to nothing.
    """
    pickled = pickled_in_child(lambda: _read(file))
    if pickled is None:
        raise GatewayError("the process that reads the configuration has ended before its time; try again")
    use_plain_models()
    use_lean_dataclasses()
    made = pickle.loads(pickled)  # noqa: S301  # of our own making, through our own pipe
    if isinstance(made, ConfigError):
        raise made

    from gateway.config.builtin_tables.read import take_tables
    from gateway.texts.catalogue import take_texts

    import_lean_templates()
    from gateway.web.compiled_templates import take_templates

    configuration: Configuration
    configuration, texts, tables, templates = made
    take_texts(texts)
    take_tables(tables)
    take_templates(templates)
    return configuration


def _read(file: Path) -> object:
    """In the child."""
    from gateway.config import Language
    from gateway.config.builtin_tables.air_scales import air_scales
    from gateway.config.builtin_tables.names import symbol_names
    from gateway.config.builtin_tables.read import known_tables
    from gateway.runtime.load_in_child import worked_out
    from gateway.texts import texts_in
    from gateway.web.compiled_templates import compiled_templates

    try:
        configuration = worked_out(file, starting=True)
    except ConfigError as error:
        return error
    _ = air_scales(), symbol_names()
    return configuration, [texts_in(one) for one in Language], known_tables(), compiled_templates()
