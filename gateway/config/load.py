"""The configuration file, checked as a whole: either usable, or every fault of it at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from gateway.config.configuration import Configuration, Sections
from gateway.config.instruments.instrument import protocol_sections
from gateway.config.section import Outside
from gateway.config.source import source_of
from gateway.config.standards.in_force import tables_in_force
from gateway.config.standards.shelf import StandardShelf
from gateway.config.storage import storage_in
from gateway.core.errors import ConfigError, Problem

if TYPE_CHECKING:
    from gateway.config.file.document import YamlDocument
    from gateway.config.file.taken_copies import TakenCopies
    from gateway.config.profiles.merge import Equipped


def load(
    path: Path, environ: Mapping[str, str] | None = None, check_secrets: bool = True, starting: bool = False
) -> Configuration:
    """The configuration in this file.

    Secrets of the form `{env: NAME}` are looked up in `environ`, by default the program's; one that is missing is
    warned of. With `check_secrets` false, secrets, host keys and certificates are not looked at: for a file that is
    written on another machine than the station's. `starting`: a station begins with it, and whatever is wrong with one
    of these is warned of and no fault; a profile or table beside it that cannot be used is taken as it was in force
    before, if that is known.

    Raises:
        ConfigError: with every fault, sorted by line; the first hundred of more.
    """
    from gateway.config.file.document import read_document

    return configuration_in(read_document(path), path, environ, check_secrets, starting)


def configuration_in(
    document: YamlDocument,
    path: Path,
    environ: Mapping[str, str] | None = None,
    check_secrets: bool = True,
    starting: bool = False,
) -> Configuration:
    """As `load`, of what was read already, or is not written yet; `path` is where the file is, or is to be.

    Raises:
        ConfigError: as `load` does.
    """
    # Here, because whoever gets a configuration that is loaded already has no use for them: see `load_in_child`.
    from gateway.config.checks.beyond_reach import sent_lines
    from gateway.config.checks.cross_checks import cross_check
    from gateway.config.checks.derivations import broken_derivations
    from gateway.config.checks.emptied import emptied_elsewhere
    from gateway.config.checks.hardly_used import hardly_used
    from gateway.config.checks.never_used import never_used
    from gateway.config.checks.not_filled_in import not_filled_in
    from gateway.config.checks.warnings import warnings_about
    from gateway.config.file.nodes import MOST_PROBLEMS
    from gateway.config.file.taken_copies import TakenCopies

    source = source_of(document.sha256, document.content)
    copies = TakenCopies(storage_in(document.content)) if starting else None
    equipped = _equipped(document, path, copies)
    document = equipped.document
    shelf = StandardShelf.beside(path, copies)
    environ = os.environ if environ is None else environ
    sections, faults = _validate(document, Outside(environ, check_secrets, shelf, starting))
    faults += () if starting else shelf.problems  # what is in force of them is there all the same
    found = [one for one in cross_check(document.content) if not document.is_unusable(one[0])]
    faults += [document.problem(*finding) for finding in found]
    if sections is not None and not faults:
        faults += [document.problem(*finding) for finding in broken_derivations(sections)]
        faults += [document.problem(*finding) for finding in emptied_elsewhere(sections)]
    if sections is not None and not faults:
        faults += [document.problem(*finding) for finding in never_used(sections)]
    problems = _sorted((*document.faults, *faults))
    if sections is None or problems:
        raise ConfigError(problems[:MOST_PROBLEMS])
    odd = [*warnings_about(sections), *hardly_used(sections), *(not_filled_in(sections) if check_secrets else ())]
    odd += equipped.warnings
    limited = ((line.line, one.by) for _, line in sent_lines(sections) for one in line.limit if one.by is not None)
    standards = tables_in_force(limited, shelf.own)
    instead = (*equipped.instead, *(one for table in standards for one in shelf.own[table.name].instead))
    beside = (*instead, *(shelf.problems if starting else ()))
    warnings = _sorted((*(document.problem(*finding) for finding in odd), *beside))
    return Configuration.model_construct(
        file=path,
        warnings=warnings,
        profiles=equipped.in_force,
        standards=standards,
        instead=instead,
        source=source,
        **{name: getattr(sections, name) for name in Sections.model_fields},
    )


def _equipped(document: YamlDocument, path: Path, copies: TakenCopies | None) -> Equipped:
    """The document with what its instruments take from profiles, if any does."""
    from gateway.config.profiles.merge import Equipped, equip, uses_profiles
    from gateway.config.profiles.shelf import ProfileShelf

    return equip(document, ProfileShelf.beside(path, copies)) if uses_profiles(document.content) else Equipped(document)


def _validate(document: YamlDocument, around: Outside) -> tuple[Sections | None, list[Problem]]:
    from gateway.config.file.messages import Messages

    try:
        return Sections.model_validate(document.content, context=around), []
    except ValidationError as error:
        return None, Messages(document, Sections, protocol_sections()).problems_of(error)


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.path, problem.wrong)))
