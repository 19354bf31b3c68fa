"""The tables that ship in `core/data/`, as plain values."""

from __future__ import annotations

from importlib.resources import files


def builtin_table(name: str) -> object:
    """What the YAML file of this name holds: dict, list, str, int, float, bool and None."""
    from gateway.config.file.document import (
        parse_document,  # reading YAML costs a megabyte that the daemon can do without
    )

    return parse_document(name, files("gateway.core.data").joinpath(name).read_text("utf-8")).content
