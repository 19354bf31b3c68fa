"""Secrets are referred to, checked, read when needed, and shown nowhere, nor is what somebody wrote in their place."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from gateway.config import Configuration, Secret, load
from gateway.config.credentials import is_declared
from gateway.config.unreadable import unreadable_at
from gateway.core.errors import ConfigError, DestinationRejected
from tests.unit.config.wording import ENVIRON, edited, faults, load_text

URL = "sftp://nuo001@ftp.example.vn/NUO001"
HOST_KEY = '    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"\n'
PASSWORD = "password: {env: SO_TNMT}"
URL = "sftp://nuo001@ftp.example.vn/NUO001"
WRITTEN_OUT = (
    "a secret is never in the file: write {file: /etc/station-gateway/secrets/…}, {env: NAME} or {credential: NAME}"
)
AT = "gateway.yaml:27: destinations.so-tnmt.password"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("hunter2", f"{AT}: is written out; {WRITTEN_OUT}"),
        ("12345", f"{AT}: is not a reference to a secret; {WRITTEN_OUT}"),
        ("{hunter2}", f"{AT}: is not one reference to a secret; {WRITTEN_OUT}"),
        ("{env: SO_TNMT, file: /x}", f"{AT}: is not one reference to a secret; {WRITTEN_OUT}"),
        ("{env: EMPTY}", f"{AT}: is empty; put the secret into it"),
        ("{env: TWO_LINES}", f"{AT}: has several lines or control characters; a password is one line of text"),
        (
            "{env: hunter2}",
            f"{AT}: env does not name an environment variable; write its name in capitals, such as SO_TNMT_PASSWORD",
        ),
        (
            "{file: hunter2}",
            f"{AT}: file is not an absolute path; write the whole path, such as /etc/station-gateway/secrets/so-tnmt",
        ),
        ("{file: /}", f"{AT}: / is a folder; name the file that holds the secret"),
        *(
            (
                f"{{credential: {name}}}",
                f"{AT}: credential is not a name of letters, digits, '-', '_' and '.'; write the name that the unit"
                " gives it by LoadCredential=, such as so-tnmt",
            )
            for name in ("../hunter2", "a/b", ".", '"a b"', '""', "mậtkhẩu", "17", "a:b")
        ),
    ],
)
def test_refuses(written: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(edited((PASSWORD, f"password: {written}")))
    with pytest.raises(ConfigError) as refused:
        load(file, {**ENVIRON, "EMPTY": "\n", "TWO_LINES": "QUIT\r\nDELE x"})
    assert str(refused.value) == f"{tmp_path}/{expected}"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{env: NOT_SET}", "environment variable NOT_SET is not set; set it where the gateway is started"),
        (
            "{file: /nowhere/so-tnmt}",
            "/nowhere/so-tnmt does not exist; create it, readable by the gateway's user alone",
        ),
    ],
)
def test_a_missing_secret_is_warned_of_and_measuring_goes_on(written: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(edited((PASSWORD, f"password: {written}")))
    warnings = [str(warning) for warning in load(file, ENVIRON).warnings]
    assert f"{tmp_path}/{AT}: {expected}" in warnings


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        (b"hunter2\n", 0o644, "can be read by everybody (mode 0644); chmod o-rwx {file}"),
        (b"\n", 0o600, None),
        (b"\xffhunter2", 0o600, "is not text; save it as UTF-8"),
        (
            b"hunter2" * 10_000,
            0o600,
            "is larger than 65536 bytes; name the file that holds the secret and nothing else",
        ),
    ],
    ids=["world_readable", "empty", "binary", "huge"],
)
def test_refuses_a_file(content: bytes, mode: int, expected: str | None, tmp_path: Path) -> None:
    file = _secret_file(tmp_path, content, mode)
    words = "is empty; put the secret into it" if expected is None else f"{file} {expected.format(file=file)}"
    assert faults(edited((PASSWORD, f"password: {{file: {file}}}")), tmp_path) == [f"{AT}: {words}"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o400])
def test_accepts_a_file_of_owner_and_group(mode: int, tmp_path: Path) -> None:
    file = _secret_file(tmp_path, b"hunter2\r\n", mode)
    [destination] = load_text(edited((PASSWORD, f"password: {{file: {file}}}")), tmp_path).destinations
    assert destination.password is not None
    assert destination.password.reveal() == "hunter2"


def test_a_changed_secret_is_seen_without_loading_again(tmp_path: Path) -> None:
    file = _secret_file(tmp_path, b"old\n", 0o600)
    secret = Secret(file=file)
    assert secret.reveal() == "old"
    file.write_bytes(b"new\n")
    assert secret.reveal() == "new"


def test_a_secret_that_vanished_rejects_the_destination(tmp_path: Path) -> None:
    secret = Secret(file=tmp_path / "gone")
    with pytest.raises(DestinationRejected, match=r"secret \{file: .*gone\} .* does not exist"):
        secret.reveal()


def test_who_has_no_key_yet_is_told_how_to_make_one(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(edited((PASSWORD, f"key: {{file: {tmp_path}/so-tnmt}}")))
    advice = f"{tmp_path}/so-tnmt does not exist; make one: gateway keys new so-tnmt --out {tmp_path}"
    [warning] = [str(one) for one in load(file, ENVIRON).warnings if one.path == "destinations.so-tnmt.key"]
    assert warning.endswith(advice)


def test_who_cannot_read_his_key_is_told_how_it_is_shared(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.symlink_to(file)  # what not even root can read
    secret = Secret(file=file, multiline=True)
    with pytest.raises(DestinationRejected, match=r"as gateway keys new does: chgrp gateway .*/secret && chmod 640"):
        secret.reveal()


def test_a_private_key_may_have_lines(tmp_path: Path) -> None:
    text = "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----\n"
    file = _secret_file(tmp_path, text.encode(), 0o600)
    [destination] = load_text(edited((PASSWORD, f"key: {{file: {file}}}")), tmp_path).destinations
    assert destination.key is not None
    assert destination.key.reveal() == text.rstrip()
    assert destination.password is None


def test_a_key_comes_from_no_environment_variable(tmp_path: Path) -> None:
    assert faults(edited((PASSWORD, "key: {env: SO_TNMT}")), tmp_path) == [
        "gateway.yaml:27: destinations.so-tnmt.key: cannot be taken from env; "
        "a key is never in the file: write {file: /etc/station-gateway/secrets/…} or {credential: NAME}"
    ]


def test_unchecked_secrets_need_not_be_there(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(edited((PASSWORD, "password: {file: /nowhere/so-tnmt}")))
    assert load(file, {}, check_secrets=False).destinations[0].password == Secret(file=Path("/nowhere/so-tnmt"))


@pytest.mark.parametrize(("mode", "content"), [(0o600, ""), (0o644, "mat-khau"), (0o600, "two\nlines")])
def test_a_start_goes_on_with_whatever_is_wrong_beside_the_file(mode: int, content: str, tmp_path: Path) -> None:
    """After a power cut a file may be empty: the station measures, and the destination says what is wrong."""
    secret, ca = tmp_path / "so-tnmt", tmp_path / "ca.pem"
    for one in (secret, ca):
        one.touch(mode)
        one.chmod(mode)
        one.write_text(content)
    file = tmp_path / "gateway.yaml"
    file.write_text(
        edited(
            (URL, "ftps://nuo001@ftp.example.vn/"),
            (HOST_KEY, f"    ca: {ca}\n"),
            (PASSWORD, f"password: {{file: {secret}}}"),
        )
    )
    with pytest.raises(ConfigError) as refused:
        load(file, {})
    assert [one.path for one in refused.value.problems] == [f"destinations.so-tnmt.{key}" for key in ("password", "ca")]
    started = load(file, {}, starting=True)
    assert {one.path for one in started.warnings} >= {f"destinations.so-tnmt.{key}" for key in ("password", "ca")}
    assert [one.path for one in unreadable_at(started, "so-tnmt")] == [
        f"destinations.so-tnmt.{key}" for key in ("password", "ca")
    ]


def test_authorities_that_are_not_there_are_warned_of_as_secrets_are(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(edited((URL, "ftps://nuo001@ftp.example.vn/"), (HOST_KEY, "    ca: /nowhere/ca.pem\n")))
    found = [str(one).removeprefix(f"{tmp_path}/") for one in load(file, ENVIRON).warnings]
    assert (
        "gateway.yaml:28: destinations.so-tnmt.ca: /nowhere/ca.pem does not exist; copy the authority's certificate"
        " there, or leave ca out"
    ) in found


@pytest.mark.parametrize(
    "edits",
    [
        [(PASSWORD, "password: hunter2")],
        [(PASSWORD, 'password: "hunter2')],
        [(PASSWORD, "password: {hunter2}")],
        [(PASSWORD, "password: {hunter2: 1, hunter2: 2}")],
        [(PASSWORD, "password: {hunter2: {a: b}}")],
        [(PASSWORD, "password: {file: {hunter2: 1, hunter2: 2}}")],
        [(PASSWORD, "password: {file: {hunter2: !x y}}")],
        [(PASSWORD, "password: [hunter2]")],
        [(PASSWORD, "password: [hunter2")],
        [(PASSWORD, "password: *hunter2")],
        [(PASSWORD, "password: &hunter2 *hunter2")],
        [(PASSWORD, "password: !hunter2 x")],
        [(PASSWORD, "password: !h!hunter2 x")],
        [(PASSWORD, "password: @hunter2")],
        [(PASSWORD, "password: x: hunter2")],
        [(PASSWORD, "password:\n      hunter2\n    : x")],
        [(PASSWORD, "password: {env: hunter2}")],
        [(PASSWORD, "password: {file: hunter2}")],
        [(PASSWORD, "password: {env: {hunter2: x}}")],
        [(PASSWORD, "password: ~\n    key: hunter2")],
        [(PASSWORD, "passwrod: hunter2")],
        [(PASSWORD, "host_key: hunter2")],
        [(URL, "sftp://nuo001:hunter2@ftp.example.vn/NUO001")],
        [(URL, "sftp://nuo001:hunter2/x@ftp.example.vn/NUO001")],
        [(URL, "sftp://nuo001:hunter2#@ftp.example.vn/NUO001")],
        [(URL, "sftp://nuo001:hunter2?@ftp.example.vn/NUO001")],
        [(URL, "sftp://nuo001:hunter2 @ftp.example.vn/NUO001")],
        [(URL, "sftp://:hunter2@ftp.example.vn/NUO001")],
        [(URL, "nuo001:hunter2@ftp.example.vn/NUO001")],
        [(URL, "hunter2://nuo001@ftp.example.vn/NUO001")],
        [(URL, "sftp://nuo001@ftp.example.vn:hunter2/NUO001")],
        [(URL, "[sftp, hunter2]")],
        [("links:", "links:\n  hidden: {type: modbus-tcp, host: a, password: hunter2}")],
    ],
    ids=lambda edits: edits[0][1].replace("\n", " ")[:50],
)
def test_no_message_repeats_what_was_written_in_a_secrets_place(edits: list[tuple[str, str]], tmp_path: Path) -> None:
    said = faults(edited(*edits), tmp_path)
    assert said
    assert "hunter2" not in "\n".join(said)


def test_the_error_carries_no_cause_that_knows_the_input(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load_text(edited((PASSWORD, "password: hunter2")), tmp_path)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_nothing_that_shows_or_stores_a_configuration_has_the_secret(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(edited((PASSWORD, "password: {env: SO_TNMT}")))
    configuration = load(file, {"SO_TNMT": "hunter2"})
    [destination] = configuration.destinations
    assert destination.password is not None
    assert destination.password.reveal() == "hunter2"
    for shown in (
        repr(configuration),
        str(configuration),
        repr(configuration.model_dump()),
        configuration.model_dump_json(),
        repr(pickle.dumps(configuration)),
        repr(pickle.dumps(destination.password)),
        repr(copy.deepcopy(destination.password)),
    ):
        assert "hunter2" not in shown
    assert "{env: SO_TNMT}" in configuration.model_dump_json()


def test_a_pickled_configuration_is_the_same(tmp_path: Path) -> None:
    configuration = load_text(edited(), tmp_path)
    again: Configuration = pickle.loads(pickle.dumps(configuration))  # noqa: S301 — our own bytes
    assert again == configuration


def _secret_file(folder: Path, content: bytes, mode: int) -> Path:
    file = folder / "secret"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_a_credential_is_read_from_the_folder_of_its_unit(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "so-tnmt").write_text("hunter2\n")
    (given / "so-tnmt").chmod(0o400)
    file = tmp_path / "gateway.yaml"
    file.write_text(edited((PASSWORD, "password: {credential: so-tnmt}")))
    configuration = load(file, {"CREDENTIALS_DIRECTORY": str(given)})
    password = configuration.destinations[0].password
    assert password is not None
    assert (password.reveal(), str(password)) == ("hunter2", "{credential: so-tnmt}")
    assert password.place == given / "so-tnmt"
    assert not [one for one in configuration.warnings if "credential" in str(one)]
    assert pickle.loads(pickle.dumps(password)) == password  # noqa: S301
    assert "hunter2" not in repr(pickle.dumps(password))


@pytest.mark.parametrize(
    ("environ", "wrong"),
    [
        ({}, "credential so-tnmt is not looked at: it is seen within its unit alone"),
        ({"CREDENTIALS_DIRECTORY": "/nowhere"}, "credential so-tnmt is not among those of this unit"),
    ],
)
def test_a_credential_that_is_not_there_is_warned_of(environ: dict[str, str], wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    file.write_text(edited((PASSWORD, "password: {credential: so-tnmt}")))
    [warning] = [str(one) for one in load(file, environ).warnings if "credential" in str(one)]
    assert warning.startswith(f"{tmp_path}/{AT}: {wrong}; systemctl edit the unit")
    assert "LoadCredentialEncrypted=so-tnmt:/path" in warning


@pytest.mark.parametrize(
    ("line", "declares"),
    [
        ("LoadCredential=so-tnmt:/etc/secret", True),
        ("LoadCredentialEncrypted=so-tnmt", True),
        ("SetCredentialEncrypted=so-tnmt: \\", True),
        ("LoadCredential=so:/etc/folder", False),
        ("LoadCredential=so-tnmt-2:/etc/secret", False),
        ("ImportCredential=so-*", True),
        ("# LoadCredential=so-tnmt:/etc/secret", False),
    ],
)
def test_sees_what_a_unit_declares(line: str, declares: bool, tmp_path: Path) -> None:
    added = tmp_path / "station-gateway.service.d"
    added.mkdir()
    (added / "override.conf").write_text(f"[Service]\n{line}\n")
    assert is_declared("so-tnmt", {}, [tmp_path, tmp_path / "nowhere"]) is declares
    assert not is_declared("so-tnmt", {"CREDENTIALS_DIRECTORY": "/run/x"}, [tmp_path])  # there it can be seen itself
