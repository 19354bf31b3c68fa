"""A table's text → the standard, or every fault of it."""

from __future__ import annotations

from pydantic import ValidationError

from gateway.config.file.document import YamlDocument, parse_document
from gateway.config.file.messages import Messages
from gateway.config.standards.never_in_force import never_in_force
from gateway.config.standards.table import StandardTable
from gateway.config.standards.table_faults import table_faults
from gateway.core.errors import ConfigError
from gateway.core.phrase import Phrase
from gateway.core.standard_table import Standard


def read_table(file: str, text: str) -> tuple[Standard, YamlDocument]:
    """`file`: its name in problems.

    Raises:
        ConfigError: with every fault of the table.
    """
    document = parse_document(file, text, Phrase("begin with name: the standard's name"))
    try:
        table = StandardTable.model_validate(document.content)
    except ValidationError as error:
        faults = Messages(document, StandardTable, ()).problems_of(error)
        raise ConfigError((*document.faults, *faults)) from None
    located = [*table_faults(table)] or [*never_in_force(table)]
    found = (*document.faults, *(document.problem(*one) for one in located))
    if found:
        raise ConfigError(found)
    return table.standard, document
