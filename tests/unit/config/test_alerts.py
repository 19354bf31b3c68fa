"""`alerts`: every mistake with its line and what would be right; no secret is shown; nothing that can never be told."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from gateway.config.alerts.command import CommandSettings
from gateway.config.alerts.kinds import ALL_KINDS
from gateway.config.alerts.mail import MailTargetSettings, MailTls
from gateway.config.alerts.target import target_of
from gateway.config.alerts.webhook import WebhookSettings, WebhookUrl
from gateway.config.secrets import Secret
from gateway.core.alert import AlertKind
from gateway.core.errors import DestinationRejected
from tests.unit.config.wording import ENVIRON, STATION, faults, load_text, warnings

PIN = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
THREE = """\
alerts:
  - {webhook: "https://alerts.example.vn/station", secret: {env: SO_TNMT}, on: [outage, rejected, fault, clock]}
  - {mail: {server: "smtp.example.vn:587", user: gw, password: {env: RELAY}, from: tram@example.vn, to: [a@example.vn]}}
  - {command: [/usr/bin/env, "{kind}", "{text}"], on: [rejected], name: siren}
"""


def one(entry: str) -> str:
    return f"{STATION}alerts:\n  - {entry}\n"


def test_each_of_the_three_means_is_understood(tmp_path: Path) -> None:
    configuration = load_text(STATION + THREE, tmp_path)
    webhook, mail, command = configuration.alerts
    assert isinstance(webhook, WebhookSettings)
    assert webhook.address() == WebhookUrl(True, "alerts.example.vn", 443, "/station")
    assert webhook.on == (AlertKind.OUTAGE, AlertKind.REJECTED, AlertKind.INSTRUMENT, AlertKind.CLOCK)
    assert isinstance(mail, MailTargetSettings)
    assert (mail.mail.security, mail.mail.port, mail.on) == (MailTls.STARTTLS, 587, ALL_KINDS)
    assert isinstance(command, CommandSettings)
    assert [target_of(settings).name for settings in configuration.alerts] == [
        "alerts.example.vn", "smtp.example.vn", "siren",
    ]  # fmt: skip
    assert warnings(STATION + THREE, tmp_path) == []
    copied = pickle.loads(pickle.dumps(configuration))  # noqa: S301  # as `load_in_child` hands it on
    assert copied.alerts == configuration.alerts
    shown = "".join(repr(settings) + settings.model_dump_json() for settings in configuration.alerts)
    assert not [secret for secret in ENVIRON.values() if secret in shown]


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ("{on: [outage]}", "does not say by what somebody is told; write {webhook:"),
        ("[outage]", "is not a section; write {webhook:"),
        (
            '{webhook: "https://a.vn/", secret: {env: RELAY}, command: [/bin/true]}',
            "is both webhook and command; write two",
        ),
        ('{webhook: "https://a.vn/"}', "secret: is missing; add secret: a reference to the secret"),
        ('{webhook: "https://a.vn/", secret: geheim}', "is written out; a secret is never in the file"),
        ('{webhook: "http://a.vn/", secret: {env: RELAY}}', "is not encrypted: anybody on the way can read"),
        ('{webhook: "http://127.0.0.1.a.vn/", secret: {env: RELAY}}', "is not encrypted"),
        ('{webhook: "https://gw:geheim@a.vn/", secret: {env: RELAY}}', "has a name or password in it"),
        ('{webhook: "https://a.vn/x y", secret: {env: RELAY}}', "has blanks or characters that no URL has"),
        (
            '{webhook: "https://a.vn/\\r\\nHost: b.vn", secret: {env: RELAY}}',
            "has blanks or characters that no URL has",
        ),
        ('{webhook: "https://a.vn/#here", secret: {env: RELAY}}', "has a # in it, which is never sent"),
        ('{webhook: "ftp://a.vn/", secret: {env: RELAY}}', "is no page of the web"),
        ("{webhook: {env: RELAY}, secret: {env: RELAY}}", "webhook: is not a URL"),
        (
            f'{{webhook: "http://127.0.0.1/", secret: {{env: RELAY}}, certificate: "{PIN}"}}',
            "certificate: means nothing to http",
        ),
        (
            f'{{webhook: "https://a.vn/", secret: {{env: RELAY}}, ca: /etc/hostname, certificate: "{PIN}"}}',
            "has no certificate in it",
        ),
        ('{webhook: "https://a.vn/", secret: {env: RELAY}, on: [outge]}', "did you mean outage?"),
        ('{webhook: "https://a.vn/", secret: {env: RELAY}, on: [fault, instrument]}', "names instrument twice (fault"),
        ('{webhook: "https://a.vn/", secret: {env: RELAY}, on: []}', "is no list of what to be told of"),
        ('{webhook: "https://a.vn/", secret: {env: RELAY}, onn: [outage]}', "is an unknown key; did you mean on?"),
        ("{mail: {server: a.vn, from: a@b.vn, to: []}}", "alerts[0].mail.to: is empty"),
        ('{mail: {server: "a.vn:0", from: a@b.vn, to: [c@b.vn]}}', "has no port 0"),
        ("{mail: {server: a.vn, from: Trạm <a@b.vn>, to: [c@b.vn]}}", "is no address of mail"),
        ('{mail: {server: a.vn, from: a@b.vn, to: ["c@b.vn\\r\\nBcc: d@b.vn"]}}', "mail.to[0]: is no address of mail"),
        ("{mail: {server: a.vn, from: a@b.vn, to: [c@b.vn, C@b.vn]}}", "has an address twice"),
        ("{mail: {server: a.vn, from: a@b.vn, to: [c@b.vn], user: gw}}", "mail.password: is missing"),
        ("{mail: {server: a.vn, from: a@b.vn, to: [c@b.vn], tls: none}}", "mail.tls: is none: anybody on the way"),
        ("{command: [tell]}", "does not begin with a program's path"),
        ("{command: []}", "command: is empty"),
        ('{command: ["/bin/{kind}"]}', "has a placeholder in the program's path"),
        ('{command: [/bin/tell, "{txt}"]}', "has the unknown {txt}; did you mean text?"),
        ('{command: [/bin/sh, -c, "echo {text}"]}', "has a shell read what devices and servers said as commands"),
        ("{command: [/bin/tell], timeout: 1h}", "1h is out of bounds; write 1s to 2min"),
    ],
)
def test_what_cannot_work_is_said_with_what_would_be_right(tmp_path: Path, entry: str, wrong: str) -> None:
    found = faults(one(entry), tmp_path)
    assert [fault for fault in found if wrong in fault and fault.startswith("gateway.yaml:30: alerts[0]")], found
    assert "geheim" not in "".join(found)
    assert "throw-away" not in "".join(found)


@pytest.mark.parametrize("kind", ["camera", "port", "exceeded", "order"])
def test_what_can_never_happen_here_cannot_be_told(tmp_path: Path, kind: str) -> None:
    entry = '{{webhook: "https://a.vn/", secret: {{env: RELAY}}{on}}}'
    [fault] = faults(one(entry.format(on=f", on: [{kind}]")), tmp_path)
    assert f"alerts[0].on: {kind}: " in fault
    assert faults(one(entry.format(on="")), tmp_path) == []


def test_two_targets_have_two_names(tmp_path: Path) -> None:
    two = one(
        '{webhook: "https://a.vn/1", secret: {env: RELAY}}\n  - {webhook: "https://a.vn/2", secret: {env: RELAY}}'
    )
    [fault] = faults(two, tmp_path)
    assert "gateway.yaml:31: alerts[1]: is called a.vn, as another one is" in fault


def test_a_url_that_is_a_secret_itself_is_a_reference(tmp_path: Path) -> None:
    kept = tmp_path / "chat"
    kept.write_text("https://chat.example.vn/hooks/T0p-s3cret\n")
    kept.chmod(0o600)
    configuration = load_text(one(f"{{webhook: {{file: {kept}}}, secret: {{env: RELAY}}}}"), tmp_path)
    [settings] = configuration.alerts
    assert isinstance(settings, WebhookSettings)
    assert isinstance(settings.webhook, Secret)
    assert settings.address().target == "/hooks/T0p-s3cret"
    assert "T0p-s3cret" not in repr(settings) + settings.model_dump_json() + configuration.source.content
    kept.unlink()
    with pytest.raises(DestinationRejected, match="does not exist") as refused:
        settings.address()
    assert "T0p-s3cret" not in str(refused.value)


def test_what_is_not_there_yet_is_warned_of(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    text = f"""{STATION}alerts:
  - {{webhook: "https://a.vn/?key=1", secret: {{file: {missing}}}}}
  - {{command: [{missing}]}}
"""
    found = warnings(text, tmp_path)
    assert [one for one in found if "alerts[0].webhook: has a ? in it: a key behind it could be read" in one]
    assert [one for one in found if f"alerts[0].secret: {missing} does not exist" in one]
    assert [one for one in found if f"alerts[1].command: {missing} does not exist" in one]


@pytest.mark.parametrize(
    ("written", "security", "port"),
    [
        ("server: a.vn", MailTls.STARTTLS, 587),
        ('server: "a.vn:465"', MailTls.IMPLICIT, 465),
        ("server: a.vn, tls: implicit", MailTls.IMPLICIT, 465),
        ('server: "a.vn:2525"', MailTls.STARTTLS, 2525),
        ("server: 127.0.0.1, tls: none", MailTls.NONE, 25),
        ('server: "[::1]:25", tls: none', MailTls.NONE, 25),
    ],
)
def test_how_mail_is_encrypted_follows_from_the_port(
    tmp_path: Path, written: str, security: MailTls, port: int
) -> None:
    [settings] = load_text(one(f"{{mail: {{{written}, from: a@b.vn, to: [c@b.vn]}}}}"), tmp_path).alerts
    assert isinstance(settings, MailTargetSettings)
    assert (settings.mail.security, settings.mail.port) == (security, port)
