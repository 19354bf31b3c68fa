"""What is in force is told when it is another one than before: what changed, from what to what, whose the file is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.configurations import MOST_CHANGES, adopt, in_force, runs_since_ms
from gateway.audit.in_force import tell_limits, tell_versions
from gateway.config.load import load
from gateway.config.profiles.in_force import ProfileInForce
from gateway.config.source import source_of
from gateway.config.standards.in_force import TableInForce
from gateway.core.errors import StoreError
from gateway.runtime.versions import versions
from tests.support.journey import Journey

EXAMPLES = Path(__file__).parents[3] / "config"
BEFORE = {"station": {"code": "NUO001"}, "ports": [{"id": "usb:1-1.3", "state": "unused"}]}
AFTER = {"station": {"code": "NUO001"}, "ports": [{"id": "usb:1-1.3", "state": "used"}]}


def told(journey: Journey) -> list[dict[str, Any]]:
    return [json.loads(what) for (what,) in journey.database.read("SELECT what FROM journal ORDER BY seq")]


class TestConfigurations:
    def test_a_change_is_told_by_its_place_with_the_file_it_stands_in(self, journey: Journey, tmp_path: Path) -> None:
        file = tmp_path / "station.yaml"
        file.write_text("")
        os.utime(file, (1000, 1000))
        assert adopt(journey.database, source_of("a" * 64, BEFORE), (), file, 1)
        assert not adopt(journey.database, source_of("a" * 64, BEFORE), (), file, 2)
        assert adopt(journey.database, source_of("b" * 64, AFTER), (), file, 3)
        first, second = told(journey)
        assert (first["before"], first["changes"]) == (None, [])
        assert (second["sha256"], second["before"]) == ("b" * 64, "a" * 64)
        assert second["changes"] == [{"path": "ports.usb:1-1.3.state", "before": "unused", "after": "used"}]
        assert (second["file"], second["written_ms"]) == (str(file), 1_000_000)
        assert second["owner"] == file.owner()

    def test_back_and_forth_is_told_each_time(self, journey: Journey, tmp_path: Path) -> None:
        for number, content in enumerate([BEFORE, AFTER, BEFORE]):
            adopt(journey.database, source_of(str(content), content), (), tmp_path / "gone.yaml", number)
        assert [len(one["changes"]) for one in told(journey)] == [0, 1, 1]
        assert told(journey)[0]["owner"] is None

    def test_it_runs_since_it_came_into_force_over_however_many_starts(self, journey: Journey, tmp_path: Path) -> None:
        assert runs_since_ms(journey.database, "a") is None
        for sha256, content, now_ms in [("a", BEFORE, 5), ("b", AFTER, 7), ("b", AFTER, 9)]:
            adopt(journey.database, source_of(sha256, content), (), tmp_path / "gone.yaml", now_ms)
        assert runs_since_ms(journey.database, "b") == 7
        assert runs_since_ms(journey.database, "a") is None

    def test_since_when_it_runs_is_not_known_by_a_clock_that_was_behind(self, journey: Journey, tmp_path: Path) -> None:
        for sha256, content, now_ms in [("a", BEFORE, 5_000), ("b", AFTER, 0)]:
            adopt(journey.database, source_of(sha256, content), (), tmp_path / "gone.yaml", now_ms)
        assert runs_since_ms(journey.database, "b") is None

    def test_another_profile_is_another_configuration(self, journey: Journey, tmp_path: Path) -> None:
        for digest in ("1" * 64, "2" * 64, "2" * 64):
            adopt(journey.database, source_of("a", BEFORE), [ProfileInForce("hach", 1, "shipped", digest)], tmp_path, 1)
        assert [[one["path"] for one in entry["changes"]] for entry in told(journey)] == [
            [],
            ["profiles in force.hach.sha256"],
        ]

    def test_another_table_of_limits_is_another_configuration(self, journey: Journey, tmp_path: Path) -> None:
        """The configuration names the table, so its file stays the same where a limit changed."""
        for digest in ("1" * 64, "2" * 64, "2" * 64):
            table = TableInForce("GPMT 12", "/etc/station-gateway/standards/gpmt-12.yaml", digest, ("COD",))
            adopt(journey.database, source_of("a", BEFORE), [table], tmp_path, 1)
        (change,) = [one for entry in told(journey) for one in entry["changes"]]
        assert change == {"path": "tables in force.GPMT 12.sha256", "before": "1" * 64, "after": "2" * 64}

    def test_a_file_that_was_written_anew_does_not_fill_the_journal(self, journey: Journey, tmp_path: Path) -> None:
        adopt(journey.database, source_of("a", {f"k{n}": "x" * 5000 for n in range(3000)}), (), tmp_path, 1)
        adopt(journey.database, source_of("b", {f"l{n}": 1 for n in range(3000)}), (), tmp_path, 2)
        entry = told(journey)[-1]
        assert len(entry["changes"]) == MOST_CHANGES
        assert entry["changes_untold"] == 6000 - MOST_CHANGES

    def test_it_is_not_in_force_where_that_cannot_be_told(self, journey: Journey, tmp_path: Path) -> None:
        with journey.database.write() as connection:
            connection.execute("CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT raise(ABORT, 'no room'); END")
        with pytest.raises(StoreError):
            adopt(journey.database, source_of("a", BEFORE), (), tmp_path, 1)
        assert in_force(journey.database) is None

    @pytest.mark.parametrize("name", ["wastewater.yaml", "emission.yaml"])
    def test_of_a_real_one_secrets_are_references(self, name: str) -> None:
        configuration = load(EXAMPLES / name, {}, check_secrets=False)
        content = json.loads(configuration.source.content)
        assert len(configuration.source.sha256) == 64
        for destination in content["destinations"]:
            assert isinstance(destination.get("password", {}), dict)

    def test_a_password_in_an_address_is_left_out(self) -> None:
        source = source_of("a", {"url": 'ftp://an:s3"x@host/x', "streams": ["rtsp://an:ge@heim@10.0.0.1/1", "a:b@c"]})
        masked = {"url": "ftp://an:…@host/x", "streams": ["rtsp://an:…@10.0.0.1/1", "a:b@c"]}
        assert json.loads(source.content) == masked

    def test_what_a_change_of_plain_keys_tells_holds_no_secret(self, journey: Journey, tmp_path: Path) -> None:
        """A chat room's address is its key, and people give commands their secrets; the journal is shown to others."""

        def written(secret: str, text: str) -> dict[str, Any]:
            command = ["/usr/local/bin/tell", "--api-token", secret, f"--password={secret}", "-p", secret, text]
            return {
                "destinations": [{"name": "so", "url": f"sftp://nuo001:{secret}@ftp.example.vn/x", "folder": text}],
                "alerts": [
                    {"webhook": f"https://chat.example.vn/hooks/{secret}?key={secret}"},
                    {"command": [*command, f"Authorization: Bearer {secret}", f"https://bot.example.vn/{secret}"]},
                ],
            }

        adopt(journey.database, source_of("a", written("geheim", "{text}")), (), tmp_path, 1)
        adopt(journey.database, source_of("b", written("hush-hush", "{kind}")), (), tmp_path, 2)
        first, second = told(journey)
        assert "geheim" not in json.dumps([first, second])
        assert "hush" not in json.dumps([first, second])
        assert (second["before"], second["sha256"]) == ("a", "b")
        places = {one["path"].rsplit(".", 1)[-1]: (one["before"], one["after"]) for one in second["changes"]}
        assert places["folder"] == ("{text}", "{kind}")
        rows = journey.database.read("SELECT content FROM configuration_in_force")
        assert not any("geheim" in content or "hush" in content for (content,) in rows)
        assert "/usr/local/bin/tell" in rows[0][0]
        assert "https://chat.example.vn/…" in rows[0][0]


class TestVersions:
    def test_are_told_when_they_change(self, journey: Journey) -> None:
        now = {"gateway": "1", "packages": {"pydantic": "2.10"}}
        assert tell_versions(journey.database, now, 1)
        assert not tell_versions(journey.database, now, 2)
        assert tell_versions(journey.database, {**now, "packages": {"pydantic": "2.11"}}, 3)
        assert told(journey)[-1]["changes"] == [{"path": "packages.pydantic", "before": "2.10", "after": "2.11"}]

    def test_are_those_of_what_is_installed(self, tmp_path: Path) -> None:
        for name in ("Some_Thing-1.2.dist-info", "other-3.dist-info", "no-package", "x.egg-info"):
            (tmp_path / "a" / name).mkdir(parents=True)
        (tmp_path / "b" / "other-4.dist-info").mkdir(parents=True)
        found = versions([str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "none")])
        assert found["packages"] == {"other": "3", "some-thing": "1.2"}
        assert {"pydantic", "pymodbus"} <= versions()["packages"].keys()


class TestLimits:
    def test_are_told_when_they_change(self, journey: Journey) -> None:
        configuration = load(EXAMPLES / "wastewater.yaml", {}, check_secrets=False)
        assert tell_limits(journey.database, configuration.finding_rules, 1)
        assert not tell_limits(journey.database, configuration.finding_rules, 2)
        [entry] = told(journey)
        assert entry["limits"]["COD"]["limits"][0]["highest"] > 0
        assert entry["changes"] == []
