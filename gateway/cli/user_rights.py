"""Files and devices as the users see them that the services run as: tried in a child that has become that user.

Root may read everything; the gateway may not, and would stop at the first secret that is root's alone. So what root
checks is judged as each unit's user does, with the folders above it and whatever access lists there are: the kernel is
asked. Whoever is not root judges with their own eyes, and is told so.
"""

from __future__ import annotations

import grp
import json
import os
import pwd
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.core.phrase import Phrase

if TYPE_CHECKING:
    from gateway.config import Configuration
    from gateway.core.errors import Problem

OWNER, PAGE = "gateway", "gateway-web"
"""Of `station-gateway.service` and the cameras' one; of the page's."""
_GROUPS = {OWNER: (OWNER, "dialout"), PAGE: (OWNER,)}
"""Beside those of the account: `Group=` first, `SupplementaryGroups=` behind it."""
_READ_BY_OTHERS = ("web", "metrics", "handover")
"""Sections whose secrets neither the daemon nor the recorder reads."""


@dataclass(frozen=True, slots=True)
class Needed:
    """What `user` needs to be able to do: `mode` as `os.access` has it."""

    path: str
    file: Path
    mode: int
    user: str = OWNER


@dataclass(frozen=True, slots=True)
class JudgedRights:
    """`users`: with whose eyes was looked; empty: with one's own. `note`: what is to be said of that."""

    problems: tuple[Problem, ...] = ()
    users: tuple[str, ...] = ()
    note: Phrase | None = None


def look_as_services(configuration: Configuration) -> JudgedRights:
    """What the services' users may not do that they need."""
    known = [user for user in (OWNER, PAGE) if _exists(user)]
    if not known:
        return JudgedRights()
    if os.geteuid() != 0:
        own = pwd.getpwuid(os.geteuid()).pw_name
        if own in known:
            return JudgedRights()
        note = Phrase(
            "files were judged with the eyes of {own}: as root, this judges with those of {user}", own=own, user=OWNER
        )
        return JudgedRights(note=note)
    needed = [one for one in needs_of(configuration) if one.user in known]
    problems = [found for user in known for found in _judged(configuration, user, needed)]
    return JudgedRights(tuple(problems), tuple(known))


def needs_of(configuration: Configuration) -> Iterator[Needed]:
    """Everything that stands in the configuration and is there; what is missing is warned of elsewhere. A variable or a
    credential is the unit's, and nobody else sees it."""
    from gateway.config.profiles.in_force import SHIPPED
    from gateway.config.secret_places import secrets_in

    yield Needed("", configuration.file, os.R_OK)
    for name, link in configuration.links.items():
        device = getattr(link, "device", None)
        if isinstance(device, str):
            yield Needed(f"links.{name}.device", Path(device), os.R_OK | os.W_OK)
    yield Needed("storage.path", configuration.storage.path, os.R_OK | os.W_OK | os.X_OK)
    if configuration.cameras is not None:
        yield Needed("cameras.storage.path", configuration.cameras.storage.path, os.R_OK | os.W_OK | os.X_OK)
    for place, secret in secrets_in(configuration):
        if secret.file is not None and place.partition(".")[0] not in _READ_BY_OTHERS:
            yield Needed(place, secret.file, os.R_OK)
    yield from _certificates(configuration)
    if configuration.orders is not None:
        yield Needed("orders.spool", configuration.orders.spool, os.R_OK | os.W_OK | os.X_OK)
        if configuration.orders.structure is not None:
            yield Needed("orders.schema", configuration.orders.structure, os.R_OK)
    yield from (
        Needed("instruments", Path(one.source), os.R_OK) for one in configuration.profiles if one.source != SHIPPED
    )
    yield from (Needed("limit", Path(one.file), os.R_OK) for one in configuration.standards)
    yield from _folders_beside(configuration)
    yield from _of_page(configuration)


def _folders_beside(configuration: Configuration) -> Iterator[Needed]:
    """Where own profiles and tables would lie: of a closed one nobody knows whether there are any."""
    folder = configuration.file.absolute().parent
    if configuration.profiles:
        yield Needed("instruments", folder / "instruments", os.X_OK)
    yield Needed("standards", folder / "standards", os.R_OK | os.X_OK)


def _certificates(configuration: Configuration) -> Iterator[Needed]:
    """Whom servers' certificates may be signed by, and the relay's own."""
    for one in configuration.destinations:
        if one.ca is not None:
            yield Needed(f"destinations.{one.name}.ca", one.ca, os.R_OK)
    for target in configuration.alerts:
        mail = getattr(target, "mail", None)  # a webhook has it beside its address, a command has none
        ca = getattr(target if mail is None else mail, "ca", None)
        if isinstance(ca, Path):
            yield Needed(f"alerts.{target.name}.{'ca' if mail is None else 'mail.ca'}", ca, os.R_OK)
    relay = None if configuration.cameras is None else configuration.cameras.relay
    if relay is not None and relay.certificate is not None:
        yield Needed("cameras.relay.certificate", relay.certificate, os.R_OK)


def _of_page(configuration: Configuration) -> Iterator[Needed]:
    web = configuration.web
    if web is None:
        return
    yield Needed("", configuration.file, os.R_OK, PAGE)
    yield Needed("storage.path", configuration.storage.path, os.R_OK | os.X_OK, PAGE)
    if configuration.metrics is not None:
        token = configuration.metrics.token
        if token is not None and token.file is not None:
            yield Needed("metrics.token", token.file, os.R_OK, PAGE)


def _judged(configuration: Configuration, user: str, needed: Sequence[Needed]) -> Iterator[Problem]:
    from gateway.core.errors import Problem

    there = [one for one in needed if one.user == user and one.file.exists()]
    for one, barred in zip(there, seen_as(user, there), strict=True):
        if barred is not None:
            yield Problem(str(configuration.file), 0, one.path, *_words(one, Path(barred)))


def _words(one: Needed, barred: Path) -> tuple[Phrase, Phrase]:
    mode = stat.S_IMODE(barred.stat().st_mode)
    owner = f"{_owner(barred.stat().st_uid)}:{_group(barred.stat().st_gid)}"
    fields = {"user": one.user, "file": one.file, "barred": barred, "owner": owner, "mode": mode}
    group = _GROUPS[one.user][0]
    if barred != one.file:
        wrong = Phrase(
            "{user}, as whom the service runs, cannot get to {file}: {barred} is closed to it ({owner}, {mode:04o})",
            **fields,
        )
        return wrong, Phrase("chgrp {group} {barred} && chmod g+x {barred}", group=group, barred=barred)
    if stat.S_ISCHR(barred.stat().st_mode):
        wrong = Phrase(
            "{user}, as whom the service runs, may not use {file} ({owner}, {mode:04o})",
            **fields,
        )
        return wrong, Phrase(
            "usermod -aG {group} {user}, then restart the service", group=_group(barred.stat().st_gid), user=one.user
        )
    if one.mode & os.W_OK:
        wrong = Phrase(
            "{user}, as whom the service runs, may not write to {file} ({owner}, {mode:04o})",
            **fields,
        )
        return wrong, Phrase("chown {user}:{group} {file}", user=one.user, group=group, file=one.file)
    wrong = Phrase("{user}, as whom the service runs, may not read {file} ({owner}, {mode:04o})", **fields)
    if barred.is_dir():
        return wrong, Phrase("chgrp {group} {file} && chmod 750 {file}", group=group, file=one.file)
    return wrong, Phrase("chgrp {group} {file} && chmod 640 {file}", group=group, file=one.file)


def seen_as(user: str, needed: Sequence[Needed]) -> list[str | None]:
    """For each what bars the user: the file itself, or the first folder above it that it may not pass; `None`: nothing.
    Needs root, and no threads."""
    account = pwd.getpwnam(user)
    extra = [_number(name) for name in _GROUPS.get(user, ())]
    groups = sorted({*os.getgrouplist(user, account.pw_gid), *(one for one in extra if one is not None)})
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.setgroups(groups)
            os.setgid(account.pw_gid if not extra or extra[0] is None else extra[0])
            os.setuid(account.pw_uid)
            with os.fdopen(writing, "w") as answer:
                json.dump([_bar(one) for one in needed], answer)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        found: list[str | None] = json.load(told)
    os.waitpid(child, 0)
    return found


def _bar(one: Needed) -> str | None:
    above = next((folder for folder in reversed(one.file.absolute().parents) if not os.access(folder, os.X_OK)), None)
    if above is not None:
        return str(above)
    return None if os.access(one.file, one.mode) else str(one.file)


def _exists(user: str) -> bool:
    try:
        return pwd.getpwnam(user).pw_uid != 0
    except KeyError:
        return False


def _number(group: str) -> int | None:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        return None


def _owner(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
