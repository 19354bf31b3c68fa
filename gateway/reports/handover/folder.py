"""Makes the hand-over: a folder with the act, the station's sheet, the register of seals, and the encrypted accounts.

Secrets are read and encrypted in memory, before anything is written; what is written holds none. The journal tells of
the hand-over before the folder has its name: one that nobody noted cannot be handed on.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gateway.audit import configurations
from gateway.config import Configuration, Language
from gateway.core.errors import GatewayError
from gateway.core.instants import local_text
from gateway.core.journal_entry import EntryKind, JournalHead
from gateway.core.phrase import Phrase
from gateway.db import Database
from gateway.journal.chain import append
from gateway.journal.key_in_force import key_in_force
from gateway.reports.atomic_output import atomic_folder
from gateway.reports.document import Heading, ReportKind
from gateway.reports.formats import ReportFormat, render
from gateway.reports.handover.accounts import accounts_of, in_plain, names_of
from gateway.reports.handover.act import HandedOver, act
from gateway.reports.handover.box_accounts import box_accounts
from gateway.reports.handover.box_facts import host_keys, versions
from gateway.reports.handover.recipient import Recipient
from gateway.reports.period import ReportPeriod
from gateway.reports.registry import build, usual_period
from gateway.reports.report_data import heading_of
from gateway.reports.seal_overview import seal_overview
from gateway.runtime.plain_file import make_plain_file
from gateway.runtime.sync import sync

_PAGES = {"station.html": ReportKind.STATION, "seals.html": ReportKind.SEALS}
_MODE = 0o640


@dataclass(frozen=True, slots=True)
class Handover:
    """What was made. `accounts`: how many; `missed`: who can log in to the box and is not among them; `has_document`:
    whether there is an act to go on writing in."""

    accounts: int
    missed: tuple[str, ...]
    files: tuple[str, ...]
    has_document: bool
    entry: int


def make_handover(
    configuration: Configuration,
    database: Database,
    recipient: Recipient,
    folder: Path,
    now_ms: int,
    by: str,
    language: Language,
) -> Handover:
    """`by`: the user name of who typed it.

    Raises:
        GatewayError: a secret cannot be read, nothing can be encrypted for the recipient, or the folder exists or
            cannot be written. There is no folder then.
    """
    if folder.is_symlink():  # nothing can get its name, and the journal would have told of it by then
        raise GatewayError(Phrase("{folder} is a symbolic link; name a folder that does not exist", folder=folder))
    accounts = accounts_of(configuration)
    zone = configuration.station.timezone
    made = local_text(now_ms, zone, "seconds")
    encrypted = recipient.encrypt(in_plain(configuration.station.code, made, accounts))
    files = {recipient.file_name: encrypted, **_pages(configuration, database, now_ms, language)}
    given = _given(configuration, database, recipient, files)
    heading = heading_of(configuration, ReportPeriod(now_ms, now_ms, zone), now_ms)
    files |= _acts(configuration, heading, given, language)
    has_document = "act.docx" in files
    files["handover.json"] = _summary(configuration, made, given, files)
    with atomic_folder(folder, overwrite=False, may_force=False) as beside:
        for name, content in files.items():
            _write(beside / name, content)
        with database.write() as connection:
            entry = append(connection, now_ms, EntryKind.HANDOVER, _what(given, files), by)
    for place in (folder, folder.absolute().parent):
        with suppress(OSError):  # a stick whose file system cannot: then it is unmounted before it is pulled
            sync(place.resolve())
    missed = tuple(one.user for one in given.box_accounts or () if not one.is_handed_over)
    return Handover(len(accounts), missed, tuple(files), has_document, entry.seq)


def _pages(configuration: Configuration, database: Database, now_ms: int, language: Language) -> dict[str, bytes]:
    found = {}
    for name, kind in _PAGES.items():
        period = usual_period(kind, configuration, database, now_ms)
        if period is not None:
            found[name] = render(build(kind, configuration, database, period, now_ms), ReportFormat.HTML, language)
    return found


def _given(
    configuration: Configuration, database: Database, recipient: Recipient, files: Mapping[str, bytes]
) -> HandedOver:
    root = configuration.ports_policy.root
    accounts = accounts_of(configuration)
    in_force = configurations.in_force(database)
    return HandedOver(
        accounts,
        recipient.words,
        recipient.fingerprint,
        recipient.opens_with,
        _hashes(files),
        configuration.source.sha256,
        None if in_force is None else in_force[0],
        _head(database),
        key_in_force(database),
        host_keys(root),
        versions(root),
        seal_overview(configuration, database),
        box_accounts(root, ((one.of, one.user) for one in accounts)),
    )


def _head(database: Database) -> JournalHead | None:
    rows = database.read("SELECT seq, hash FROM sound_journal ORDER BY seq DESC LIMIT 1")
    return JournalHead(*rows[0]) if rows else None


def _acts(configuration: Configuration, heading: Heading, given: HandedOver, language: Language) -> dict[str, bytes]:
    """Without python-docx the page alone: it can be printed and signed as well."""
    report = act(configuration, heading, given)
    made = {"act.html": render(report, ReportFormat.HTML, language)}
    with suppress(GatewayError):
        made["act.docx"] = render(report, ReportFormat.DOCX, language)
    return made


def _summary(configuration: Configuration, made: str, given: HandedOver, files: Mapping[str, bytes]) -> bytes:
    """For programs: all that the act says."""
    content: dict[str, Any] = {
        "station": configuration.station.code,
        "made": made,
        "accounts": names_of(given.accounts),
        "box_accounts": None if given.box_accounts is None else [asdict(one) for one in given.box_accounts],
        "recipient": given.recipient,
        "recipient_sha256": given.recipient_fingerprint,
        "opens_with": given.opens_with,
        "configuration_sha256": given.configuration_sha256,
        "configuration_in_force_sha256": given.configuration_in_force_sha256,
        "journal": _journal(given),
        "host_keys": {one.kind: one.fingerprint for one in given.host_keys},
        "versions": dict(given.versions),
        "ports": [
            {"id": str(one.id), "state": one.state.value, "of": one.of, "seals": given.seals.numbers_on(str(one.id))}
            for one in given.seals.declared
        ],
        "files": _hashes(files),
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()


def _what(given: HandedOver, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Of the journal's entry: for whom, of what, and by which bytes it is known again."""
    return {
        "recipient": given.recipient,
        "recipient_sha256": given.recipient_fingerprint,
        "accounts": names_of(given.accounts),
        "configuration_sha256": given.configuration_sha256,
        "files": _hashes(files),
    }


def _journal(given: HandedOver) -> dict[str, Any] | None:
    head = given.head
    return None if head is None else {"seq": head.seq, "hash": head.hash, "public_key": given.journal_key}


def _hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def _write(file: Path, content: bytes) -> None:
    with os.fdopen(make_plain_file(file, _MODE), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
