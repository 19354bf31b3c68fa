"""`gateway handover`: what the department is given when it takes a station over."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, load_configuration
from gateway.cli.output import say
from gateway.cli.report import Spoken, language_of
from gateway.cli.storage import open_storage
from gateway.cli.user import user_name
from gateway.core.phrase import Phrase


def handover(
    out: Annotated[Path, typer.Option("--output", "-o", help="Folder to make; it must not exist.", show_default=False)],
    recipient: Annotated[
        str,
        typer.Option(
            "--for",
            metavar="KEY",
            help="The department's certificate (a file), or its age recipient (age1…).",
            show_default=False,
        ),
    ],
    language: Spoken = None,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Make the hand-over: an act to sign, the station's sheet, seals, ports, versions, the journal's head; accounts
    with their passwords in one part that only the department can open.

    gateway handover -o /media/usb/NUO001 --for so-tnmt.crt
    """
    from gateway.reports.handover.folder import make_handover
    from gateway.reports.handover.recipient import recipient_of
    from gateway.runtime.clock import SystemClock

    configuration = load_configuration(config)
    spoken = language_of(configuration, language)
    taker = recipient_of(recipient)
    now_ms = SystemClock().now().wall_ms
    doubts = taker.doubts(now_ms)
    with closing(open_storage(configuration, to_change=True)) as database:
        made = make_handover(configuration, database, taker, out, now_ms, user_name(), spoken)
    say(
        Phrase(
            "{out}: {files}; accounts: {accounts}; entry {entry} of the journal",
            out=out,
            files=", ".join(made.files),
            accounts=made.accounts,
            entry=made.entry,
        ),
        err=True,
    )
    say(
        Phrase(
            "for {words}, SHA-256 {fingerprint}: compare it with the department's before you hand it on",
            words=taker.words,
            fingerprint=taker.fingerprint,
        ),
        err=True,
    )
    if not made.accounts:
        say(Phrase("no account is handed over: write them below handover: accounts: in the configuration"), err=True)
    if made.missed:
        say(Phrase("can log in to the box, and are not handed over: {missed}", missed=", ".join(made.missed)), err=True)
    if not made.has_document:
        say(
            Phrase("without python-docx the act is a page (act.html) only: pip install 'station-gateway[reports]'"),
            err=True,
        )
    if doubts is not None:
        say(Phrase("look at this first: {doubts}", doubts=doubts), err=True)
