"""A command as it runs: its arguments, what it reads and sees, its end in time with all that it started."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.alerts.command import Command, CommandTeller
from gateway.core.errors import DeliveryDeferred, DestinationRejected
from gateway.runtime.clock import SystemClock
from tests.support.alert_message import MESSAGE

LONGEST_S = 1.0


def script(folder: Path, text: str) -> str:
    file = folder / "tell"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return str(file)


def teller(*arguments: str, longest_s: float = LONGEST_S) -> CommandTeller:
    return CommandTeller(Command(arguments), SystemClock(), longest_s)


def test_it_gets_its_arguments_as_they_are_and_the_whole_as_json(tmp_path: Path) -> None:
    there = script(tmp_path, f'printf "%s\\n" "$@" > {tmp_path}/arguments; cat > {tmp_path}/json; env > {tmp_path}/env')
    hostile = replace(MESSAGE, subject='$(touch /tmp/x); `id` "quoted" {kind}\r\n-rf')
    teller(there, "--kind={kind}", "{subject}", "{station}: {state}", "{ended}", '{"a": 1}').tell(hostile)
    assert (tmp_path / "arguments").read_text().splitlines() == [
        "--kind=outage",
        '$(touch /tmp/x); `id` "quoted" {kind}\\r\\n-rf',
        "NUO001: began",
        "",
        '{"a": 1}',
    ]
    said = json.loads((tmp_path / "json").read_text())
    assert (said["id"], said["text"], said["lines"]) == (MESSAGE.id, MESSAGE.text, list(MESSAGE.lines))
    assert "ALERT_KIND=outage\n" in (tmp_path / "env").read_text()
    assert f"ALERT_STATION_NAME={MESSAGE.station_name}\n" in (tmp_path / "env").read_text()


def test_it_sees_nothing_of_the_gateways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SO_TNMT_PASSWORD", "geheim-8472")
    with (tmp_path / "open").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        teller(
            script(tmp_path, f"env -0 > {tmp_path}/env; ls -l /proc/self/fd > {tmp_path}/files; pwd > {tmp_path}/cwd")
        ).tell(MESSAGE)
    assert "geheim" not in (tmp_path / "env").read_text()
    names = {line.partition("=")[0] for line in (tmp_path / "env").read_text().split("\0") if line}
    assert {name for name in names if not name.startswith("ALERT_")} <= {
        "PATH",
        "LANG",
        "HOME",
        "PWD",
        "SHLVL",
        "_",
        "OLDPWD",
    }
    assert str(tmp_path / "open") not in (tmp_path / "files").read_text()
    assert (tmp_path / "cwd").read_text() == "/\n"


def test_how_it_ends_is_what_is_told(tmp_path: Path) -> None:
    cases = [
        ("echo 'no\x1b[31m signal'; echo again >&2; exit 3", r"ended with 3: no \[31m signal again$"),
        ("kill -TERM $$", "was ended by SIGTERM$"),
        ("yes và thêm nữa | head -c 10000000; exit 1", r"ended with 1: và thêm nữa .{200,290}…$"),
    ]
    for text, words in cases:
        with pytest.raises(DeliveryDeferred, match=words) as failure:
            teller(script(tmp_path, text), longest_s=10).tell(MESSAGE)
        assert str(failure.value).isprintable()


def test_what_does_not_end_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    there = script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child; trap '' TERM; echo so far; sleep 600")
    with pytest.raises(DeliveryDeferred, match="was killed: not done within 1 s: so far"):
        teller(there).tell(MESSAGE)
    assert _is_gone(int((tmp_path / "child").read_text()))


def test_what_it_leaves_behind_ends_with_it(tmp_path: Path) -> None:
    there = script(tmp_path, f"sleep 600 & echo $! > {tmp_path}/child")
    began_s = SystemClock().now().mono_s
    teller(there, longest_s=30).tell(MESSAGE)
    assert SystemClock().now().mono_s - began_s < 5
    assert _is_gone(int((tmp_path / "child").read_text()))


def test_a_program_that_reads_nothing_keeps_nobody_waiting(tmp_path: Path) -> None:
    teller("/bin/true", "{text}").tell(replace(MESSAGE, text="dài " * 100_000, lines=("dài " * 100,) * 1000))


def test_what_cannot_be_run_is_a_persons_matter(tmp_path: Path) -> None:
    with pytest.raises(DestinationRejected, match="cannot be run .*No such file"):
        teller(str(tmp_path / "missing")).tell(MESSAGE)
    plain = tmp_path / "plain"
    plain.write_text("no program")
    plain.chmod(0o644)
    with pytest.raises(DestinationRejected, match="cannot be run .*Permission denied"):
        teller(str(plain)).tell(MESSAGE)
    plain.chmod(0o755)
    with pytest.raises(DestinationRejected, match="cannot be run .*Exec format error"):
        teller(str(plain)).tell(MESSAGE)


def test_it_can_be_called_off(tmp_path: Path) -> None:
    there = teller(script(tmp_path, f"echo > {tmp_path}/began; sleep 600"), longest_s=60)
    failures: list[str] = []

    def run() -> None:
        try:
            there.tell(MESSAGE)
        except DeliveryDeferred as error:
            failures.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    while not (tmp_path / "began").exists():
        threading.Event().wait(0.01)
    there.abort()
    thread.join(5)
    assert "interrupted" in failures[0]
    with pytest.raises(DeliveryDeferred, match="interrupted"):
        there.tell(MESSAGE)


def _is_gone(process: int) -> bool:
    """Whether it has ended; whoever inherits it may not have noticed yet."""
    for _ in range(100):
        try:
            if ") Z " in Path(f"/proc/{process}/stat").read_text():
                return True
        except OSError:
            return True
        threading.Event().wait(0.02)
    return False
