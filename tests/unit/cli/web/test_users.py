"""`gateway web user` and `gateway web certificate` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.acts.request_folder import RequestFolder
from gateway.cli.main import app
from gateway.cli.user import user_name
from gateway.core.act import ActRequest, NoteLogin
from gateway.core.errors import ConfigError, GatewayError
from gateway.core.login_state import LoginState
from gateway.core.role import Role
from gateway.web.accounts.database import web_file
from tests.support.visitor import PASSWORD, station_with_page


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = station_with_page(tmp_path, f'{{listen: "127.0.0.1:8080", storage: {tmp_path / "page"}}}')
    file.write_text(file.read_text("utf-8").replace("language: vi", "language: en"), "utf-8")
    return file


def user(config: Path, *arguments: str, typed: str | bytes = PASSWORD) -> Result:
    return CliRunner().invoke(app, ["web", "user", *arguments, "-c", str(config)], input=typed)


def add(config: Path, name: str, role: str = "viewer", typed: str | bytes = PASSWORD) -> Result:
    return user(config, "add", name, "--role", role, "--password-stdin", typed=typed)


def said(result: Result) -> str:
    """An error that `gateway` puts into a line."""
    assert isinstance(result.exception, GatewayError), result.output
    return str(result.exception)


def test_accounts_come_change_and_go(config: Path) -> None:
    assert add(config, "Nguyen.Van.An", "operator").exit_code == 0
    assert add(config, "so.tnmt", "authority", f"{PASSWORD}\r\n").exit_code == 0
    assert user(config, "role", "so.tnmt", "--role", "viewer").exit_code == 0
    listed = json.loads(user(config, "list", "--json").output)
    assert [(one["name"], one["role"], one["last_login"], one["sessions"], one["wait_s"]) for one in listed] == [
        ("nguyen.van.an", "operator", None, 0, 0),
        ("so.tnmt", "viewer", None, 0, 0),
    ]
    assert "nguyen.van.an  operator  never logged in" in user(config, "list").output
    assert user(config, "passwd", "so.tnmt", "--password-stdin").exit_code == 0
    assert user(config, "remove", "so.tnmt").exit_code == 0
    assert [one["name"] for one in json.loads(user(config, "list", "--json").output)] == ["nguyen.van.an"]


def test_the_journal_is_told_who_did_it(config: Path) -> None:
    add(config, "lan", "operator")
    user(config, "passwd", "lan", "--password-stdin")
    user(config, "role", "lan", "--role", "viewer")
    user(config, "remove", "lan")
    folder = RequestFolder(config.parent / "page")
    found = [one for one in map(folder.read, folder.ids()) if isinstance(one, ActRequest)]
    notes = {one.deed.state: one for one in found if isinstance(one.deed, NoteLogin)}
    assert set(notes) == {LoginState.ADDED, LoginState.RESET, LoginState.ROLE, LoginState.REMOVED}
    assert {one.person for one in found} == {"lan"}
    assert {one.deed.typed_by for one in found if isinstance(one.deed, NoteLogin)} == {user_name()}
    assert notes[LoginState.ADDED].role is Role.OPERATOR


def test_without_accounts_it_says_how_one_is_added(config: Path) -> None:
    assert "gateway web user add" in user(config, "list").output
    assert json.loads(user(config, "list", "--json").output) == []


def test_what_is_there_or_is_not_is_told(config: Path) -> None:
    add(config, "lan")
    assert "there is an account lan already" in said(add(config, "LAN"))
    for command in (("passwd", "mai", "--password-stdin"), ("remove", "mai"), ("role", "mai", "--role", "viewer")):
        assert "there is no account mai" in said(user(config, *command))


@pytest.mark.parametrize("name", ["", "lân", "a b", "-lan", "a/b", "x" * 65, "a\n"])
def test_a_name_that_cannot_be_is_a_wrong_argument(config: Path, name: str) -> None:
    result = add(config, name) if not name.startswith("-") else user(config, "add", "--role", "viewer", "--", name)
    if name == "a\n":  # what stands around a name does not count
        assert result.exit_code == 0
        return
    assert result.exit_code == 2
    assert not web_file(config.parent / "page").exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("short", "fewer than 12"),
        ("", "fewer than 12"),
        (b"\xff" * 20, "no UTF-8"),
        (f"{PASSWORD}\n{PASSWORD}\n", "cannot be seen"),
        ("x" * 5000, "too long"),
    ],
)
def test_a_password_that_is_not_taken_changes_nothing(config: Path, typed: str | bytes, words: str) -> None:
    assert words in said(add(config, "lan", typed=typed))
    assert json.loads(user(config, "list", "--json").output) == []


def test_a_password_is_never_an_argument_and_never_asked_for_without_a_terminal(config: Path) -> None:
    assert user(config, "add", "lan", PASSWORD, "--role", "viewer").exit_code == 2
    assert "--password-stdin" in said(user(config, "add", "lan", "--role", "viewer"))


def test_a_role_has_to_be_said(config: Path) -> None:
    assert user(config, "add", "lan", "--password-stdin").exit_code == 2
    assert add(config, "lan", "root").exit_code == 2


def test_without_a_page_there_are_no_accounts(tmp_path: Path, config: Path) -> None:
    text = config.read_text("utf-8")
    config.write_text(text[: text.index("\nweb:")] + "\n", "utf-8")
    listed = user(config, "list")
    assert isinstance(listed.exception, ConfigError)  # exit code 2: systemd does not start it again and again
    assert "web: is missing: the station has no page; add web:" in str(listed.exception)
    assert not (tmp_path / "page").exists()


def test_loopback_has_no_certificate(config: Path) -> None:
    result = CliRunner().invoke(app, ["web", "certificate", "-c", str(config)])
    assert "not encrypted" in said(result)
