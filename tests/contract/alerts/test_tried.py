"""`gateway check --online` at real servers that tell people: what is wrong is found, and nobody is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.tried_alerts import try_alerts
from gateway.config import load
from gateway.runtime.clock import SystemClock
from tests.support.certificates import Authority
from tests.support.mail_server import MailRules, mail_server
from tests.support.webhook_server import webhook_server
from tests.unit.config.wording import ENVIRON, STATION


def test_each_is_tried_and_nothing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    authority = Authority(tmp_path / "authority")
    certificate = authority.issue("127.0.0.1")
    file = tmp_path / "gateway.yaml"
    with (
        webhook_server(certificate) as hook,
        mail_server(MailRules(certificate, users={"gw": ENVIRON["RELAY"]})) as mail,
    ):
        from_to = "from: a@b.vn, to: [c@b.vn]"
        url, server = f"https://127.0.0.1:{hook.port}/", f"127.0.0.1:{mail.port}"
        trust = f"ca: {authority.file}"
        file.write_text(f"""{STATION}alerts:
  - {{webhook: "{url}", secret: {{env: RELAY}}, {trust}}}
  - {{webhook: "{url}", secret: {{env: RELAY}}, name: strange}}
  - {{mail: {{server: "{server}", user: gw, password: {{env: RELAY}}, {from_to}, {trust}}}, name: mail}}
  - {{mail: {{server: "{server}", user: gw, password: {{env: SO_TNMT}}, {from_to}, {trust}}}, name: guess}}
  - {{command: [/bin/true]}}
  - {{command: [/bin/missing]}}
""")
        found = try_alerts(load(file, ENVIRON), SystemClock(), quietly=False)
    errors = {one["name"]: one["error"] for one in found}
    assert [name for name, error in errors.items() if error is None] == ["127.0.0.1", "mail", "true"]
    assert "is not trusted" in errors["strange"]
    assert "does not let us in" in errors["guess"]
    assert errors["missing"] == "/bin/missing does not exist; put it there, or correct the path"
    assert (hook.taken, mail.mails) == ([], [])
    said = capsys.readouterr()
    assert "alerts mail: lets us in; no mail was sent" in said.out
    assert "alerts guess: " in said.err
    assert not [secret for secret in ENVIRON.values() if secret in said.out + said.err + str(found)]
