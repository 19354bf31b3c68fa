"""The act that both sides sign (biên bản bàn giao): who may do what on which device, ports and seals, host keys,
versions, the journal's head. No secret stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.config import Configuration
from gateway.core.journal_entry import JournalHead
from gateway.reports.document import (
    ActKind,
    Cell,
    Heading,
    Report,
    ReportSection,
    ReportTable,
    Signing,
    TermCell,
    heads,
)
from gateway.reports.handover.accounts import Account
from gateway.reports.handover.box_accounts import BoxAccount
from gateway.reports.handover.box_facts import HostKey
from gateway.reports.seal_overview import SealOverview
from gateway.reports.station.ports import ports_table
from gateway.reports.station.versions import versions_table

_SIGNING = Signing(
    ("today", "at_place", "giver", "giver_blank", "taker", "taker_blank", "subject"),
    ("promises", "copies"),
    ("signs_giver", "signs_taker"),
)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Everything that the act tells of. `files`: SHA-256 of each file that lies beside it, by name. `head`: the newest
    entry of the journal when it was made; `journal_key`: by which digests and exports are verified. `None`: there is
    none yet."""

    accounts: Sequence[Account]
    recipient: str
    recipient_fingerprint: str
    opens_with: str
    files: Mapping[str, str]
    configuration_sha256: str
    configuration_in_force_sha256: str | None
    head: JournalHead | None
    journal_key: str | None
    host_keys: Sequence[HostKey]
    versions: Mapping[str, str]
    seals: SealOverview
    box_accounts: Sequence[BoxAccount] | None
    """Who can log in to the box; `None`: its lists cannot be read."""


def act(configuration: Configuration, heading: Heading, given: HandedOver) -> Report:
    head = given.head
    return Report(
        ActKind.HANDOVER,
        heading,
        (
            ("configuration_sha256", given.configuration_sha256),
            ("configuration_in_force", _agrees(given)),
            ("journal_entry", None if head is None else head.seq),
            ("journal_hash", None if head is None else head.hash),
            ("journal_key", given.journal_key),
            ("recipient", given.recipient),
            ("recipient_fingerprint", given.recipient_fingerprint),
            ("opens_with", given.opens_with),
        ),
        (
            ReportSection("accounts", _accounts(given.accounts)),
            *_box_accounts(given.box_accounts),
            ReportSection("declared_ports", ports_table(configuration, given.seals)),
            ReportSection(
                "host_keys", _table(("key_kind", "fingerprint"), ((k.kind, k.fingerprint) for k in given.host_keys))
            ),
            ReportSection("versions", versions_table(given.versions)),
            ReportSection("handed_files", _table(("file", "sha256"), given.files.items())),
        ),
        _SIGNING,
    )


def _agrees(given: HandedOver) -> TermCell | None:
    if given.configuration_in_force_sha256 is None:
        return None
    agrees = given.configuration_in_force_sha256 == given.configuration_sha256
    return TermCell("yes" if agrees else "no", is_alarming=not agrees)


def _accounts(accounts: Sequence[Account]) -> ReportTable:
    rows: list[tuple[Cell, ...]] = []
    for number, one in enumerate(accounts, 1):
        secret = "none" if one.secret is None else "key" if one.has_key else "password"
        rows.append((number, one.of, TermCell(one.level, "level"), one.user, TermCell(secret, "secret")))
    return ReportTable(heads("number", "port_of", "level", "user", "secret"), tuple(rows))


def _box_accounts(accounts: Sequence[BoxAccount] | None) -> tuple[ReportSection, ...]:
    if accounts is None:
        return ()
    rows = (
        (
            one.user,
            TermCell(one.level, "level"),
            TermCell("yes" if one.is_handed_over else "no", is_alarming=not one.is_handed_over),
        )
        for one in accounts
    )
    return (ReportSection("box_accounts", _table(("user", "level", "handed_over"), rows)),)


def _table(keys: Sequence[str], rows: Iterable[tuple[Cell, ...]]) -> ReportTable:
    return ReportTable(heads(*keys), tuple(rows))
