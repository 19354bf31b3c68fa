"""What the page needs and is made once: the configuration, the texts, the tables that ship, the compiled templates. A
child process makes them, which alone has pydantic, the reader of YAML and Jinja2's compiler at work; they come to the
page as they are pickled, and from then on what the page imports is lean.

Nothing that knows the configuration may be imported before: see `gateway.runtime.plain_models`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.runtime.load_in_child import made_in_child, worked_out
from gateway.web.lean_libraries import import_lean_templates

if TYPE_CHECKING:
    from gateway.config import Configuration


def receive(file: Path) -> Configuration:
    """The configuration in this file. Texts, tables and templates are in their places.

    Raises:
        ConfigError: with every fault, sorted by line.
        GatewayError: the child came to nothing.
    """
    made = made_in_child(lambda: _read(file))

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


def _read(file: Path) -> tuple[Any, ...]:
    """In the child."""
    from gateway.config import Language
    from gateway.config.builtin_tables.air_scales import air_scales
    from gateway.config.builtin_tables.names import symbol_names
    from gateway.config.builtin_tables.read import known_tables
    from gateway.texts import texts_in
    from gateway.web.compiled_templates import compiled_templates

    configuration = worked_out(file, starting=True)
    _ = air_scales(), symbol_names()
    return configuration, [texts_in(one) for one in Language], known_tables(), compiled_templates()
