"""`gateway web user`: the page's accounts. A password comes from a prompt or from standard input, never from the
command line, where everybody on the machine reads it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile, Json, load_configuration
from gateway.cli.output import print_json, say
from gateway.cli.speech import language_spoken, said
from gateway.cli.user import user_name
from gateway.core.errors import GatewayError
from gateway.core.login_state import LoginState
from gateway.core.phrase import Phrase
from gateway.core.role import Role
from gateway.web.page_settings import page_settings

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.core.interfaces import Instant
    from gateway.db import Database
    from gateway.web.accounts.store import AccountStore, PageAccount

_MOST_BYTES = 4096
"""Of a password on standard input, with its line end."""

users = typer.Typer(help="The page's accounts.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The account, such as nguyen.van.an.")]
RoleOption = Annotated[
    Role,
    typer.Option(
        "--role",
        help="viewer looks; authority sees reports, journal and evidence, too; operator may act besides.",
        show_default=False,
    ),
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input, one line.")]


@users.command("add")
def add(name: Name, role: RoleOption, from_stdin: FromStdin = False, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Add an account."""
    account = _name(name)
    with _page(config) as page:
        if page.store.find(account) is not None:
            raise GatewayError(
                Phrase("there is an account {account} already; gateway web user passwd {account}", account=account)
            )
        kept = _new_password(account, from_stdin)
        page.store.add(account, role, kept, page.now.wall_ms)
        page.note(LoginState.ADDED, account, role)
    say(Phrase("{account} may log in as {role}", account=account, role=role.value))


@users.command("passwd")
def passwd(name: Name, from_stdin: FromStdin = False, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Give an account another password. Ends its sessions, and the pause after failed log-ins."""
    account = _name(name)
    with _page(config) as page:
        role = _role_of(page, account)
        kept = _new_password(account, from_stdin)
        page.store.set_password(account, kept, page.now.wall_ms)
        page.note(LoginState.RESET, account, role)
    say(Phrase("{account} has another password, and is logged out everywhere", account=account))


@users.command("role")
def change_role(name: Name, role: RoleOption, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Give an account another role; it holds from the next page on."""
    account = _name(name)
    with _page(config) as page:
        page.store.set_role(account, role)
        page.note(LoginState.ROLE, account, role)
    say(Phrase("{account} is {role}", account=account, role=role.value))


@users.command("remove")
def remove(name: Name, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Remove an account, and end its sessions."""
    account = _name(name)
    with _page(config) as page:
        found = page.store.find(account)
        page.store.remove(account)  # one that is damaged, too
        page.note(LoginState.REMOVED, account, Role.VIEWER if found is None else found.role)
    say(Phrase("{account} is removed, and logged out everywhere", account=account))


@users.command("list")
def list_users(config: ConfigFile = DEFAULT_CONFIG, as_json: Json = False) -> None:
    """The accounts, their roles, when each logged in last, and who has to wait after failed log-ins."""
    from gateway.cli.moments import short

    with _page(config) as page:
        accounts = page.store.all()
        sessions = page.sessions(page.now.wall_ms)
        waits = {one.name: page.wait_ms(one.name) for one in accounts}
        zone, now_ms = page.zone, page.now.wall_ms
    if as_json:
        print_json([_to_json(one, sessions.get(one.name, 0), waits[one.name], zone) for one in accounts])
        return
    if not accounts:
        say(Phrase("there is no account: gateway web user add NAME --role viewer|authority|operator"))
    for one in accounts:
        seen = (
            Phrase("never logged in")
            if one.login_ms is None
            else Phrase("logged in {login}", login=short(one.login_ms, now_ms, zone))
        )
        open_ = Phrase(", {sessions} sessions", sessions=sessions[one.name]) if one.name in sessions else ""
        wait = Phrase(", strangers wait {seconds} s", seconds=-(-waits[one.name] // 1000)) if waits[one.name] else ""
        say(
            Phrase(
                "{name}  {role}  {seen}{sessions}{wait}",
                name=one.name,
                role=one.role.value,
                seen=seen,
                sessions=open_,
                wait=wait,
            )
        )


@dataclass(frozen=True, slots=True)
class _Page:
    """The accounts of one station's page, at one moment."""

    database: Database
    now: Instant
    zone: str
    storage: Path

    @property
    def store(self) -> AccountStore:
        from gateway.web.accounts.store import AccountStore

        return AccountStore(self.database)

    def note(self, state: LoginState, account: str, role: Role) -> None:
        """For the station's journal, by a request as the page leaves them; what was done is done."""
        from gateway.acts.request_folder import RequestFolder, RequestNotLeft, new_id
        from gateway.core.act import ActRequest, NoteLogin

        at_ms = self.now.wall_ms
        note = NoteLogin(state, "-", 1, at_ms, user_name())
        try:
            RequestFolder(self.storage).leave(ActRequest(new_id(), at_ms, account, role, "", note))
        except RequestNotLeft as error:
            say(Phrase("the journal is not told: {error}", error=error), err=True)

    def sessions(self, now_ms: int) -> dict[str, int]:
        from gateway.web.accounts.sessions import Sessions

        return Sessions(self.database).lasting(now_ms)

    def wait_ms(self, name: str) -> int:
        from gateway.web.accounts.attempts import account_subject, waits

        return waits(self.database, account_subject(name), self.now.wall_ms)


@contextmanager
def _page(config: Path) -> Iterator[_Page]:
    """Root works as the owner of the page's folder."""
    from gateway.runtime.clock import SystemClock
    from gateway.web.accounts.database import open_beside_the_page
    from gateway.web.accounts.folder import as_owner

    configuration = load_configuration(config)
    storage = page_settings(configuration).storage
    with as_owner(storage):
        try:
            database = open_beside_the_page(storage)
        except FileNotFoundError:
            raise GatewayError(Phrase("the page is just starting for the first time: try again in a moment")) from None
        with closing(database):
            yield _Page(database, SystemClock().now(), configuration.station.timezone, storage)


def _name(typed: str) -> str:
    from gateway.web.accounts.names import NAME_FORM, account_name

    name = account_name(typed)
    if name is None:
        raise typer.BadParameter(Phrase("is no name of an account; write {form}", form=NAME_FORM), param_hint="name")
    return name


def _role_of(page: _Page, name: str) -> Role:
    """Asked before somebody types a password for nothing. One that is damaged shows nothing any more."""
    from gateway.web.accounts.store import NoSuchAccount

    found = page.store.find(name)
    if found is None:
        raise NoSuchAccount(
            Phrase("there is no account {name}; gateway web user list shows those that there are", name=name)
        )
    return found.role


def _new_password(name: str, from_stdin: bool) -> str:
    """What is kept of it.

    Raises:
        GatewayError: it is not taken; why is in the message.
    """
    try:
        from gateway.web.accounts.passwords import Passwords, password_fault
    except ModuleNotFoundError as missing:
        raise GatewayError(
            Phrase(
                "accounts need {name}, which is not installed: pip install 'station-gateway[web]'", name=missing.name
            )
        ) from None
    password = _read(from_stdin)
    fault = password_fault(password, name)
    if fault is not None:
        raise GatewayError(Phrase("the password is not taken: {fault}", fault=_words(fault)))
    return Passwords().make(password)


def _read(from_stdin: bool) -> str:
    if from_stdin:
        line = sys.stdin.buffer.read(_MOST_BYTES)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise GatewayError(Phrase("the password on standard input is no UTF-8")) from None
        return text.removesuffix("\n").removesuffix("\r")
    if not sys.stdin.isatty():
        raise GatewayError(
            Phrase("there is no terminal to ask for the password at: add --password-stdin, and lead it there")
        )
    try:
        return str(typer.prompt(said(Phrase("Password")), hide_input=True, confirmation_prompt=True, err=True))
    except typer.Abort:
        raise GatewayError(Phrase("nothing was changed")) from None


def _words(fault: object) -> str:
    from gateway.texts import texts_in
    from gateway.web.accounts.passwords import LEAST_CHARACTERS

    return texts_in(language_spoken())(f"page.password.fault_{fault}", least=LEAST_CHARACTERS)


def _to_json(account: PageAccount, sessions: int, wait_ms: int, zone: str) -> dict[str, object]:
    from gateway.core.instants import local_text

    def moment(at_ms: int | None) -> str | None:
        return None if at_ms is None else local_text(at_ms, zone, "seconds")

    return {
        "name": account.name,
        "role": account.role.value,
        "made": moment(account.made_ms),
        "password_since": moment(account.password_ms),
        "last_login": moment(account.login_ms),
        "sessions": sessions,
        "wait_s": -(-wait_ms // 1000),
    }
