"""Molar masses, as they ship in `core/data/`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import TypeAdapter

from gateway.config.builtin_tables.read import builtin_table, shipped


@shipped
def molar_masses() -> Mapping[str, float]:
    """g/mol by symbol."""
    return TypeAdapter(dict[str, float]).validate_python(builtin_table("substances.yaml"))
