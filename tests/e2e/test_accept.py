"""The acceptance test of a station that is well passes, step by step, and its protocol can be signed; where one thing
is wrong, the protocol says exactly that."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document

from gateway.runtime import lock
from tests.e2e.acceptance import IS_LONG, AcceptanceSeen
from tests.support.journey import Journey
from tests.support.live.gateway import command
from tests.support.live.long_runs import ENOUGH_S

pytestmark = pytest.mark.timeout(ENOUGH_S)


def test_a_station_that_is_well_passes_in_every_step(acceptance_run: AcceptanceSeen) -> None:
    whole = acceptance_run.whole
    assert whole.code == 0, whole.said
    assert whole.protocol is not None
    assert (whole.protocol["complete"], whole.protocol["passed"]) == (True, True)
    assert whole.protocol["verdicts"] == {"passed": 16, "failed": 0, "skipped": 0, "not_configured": 2}
    assert {one["step"] for one in whole.protocol["steps"] if one["verdict"] == "not_configured"} == {
        "ports",
        "cameras",
    }


def test_what_was_seen_is_told_in_figures(acceptance_run: AcceptanceSeen) -> None:
    whole = acceptance_run.whole
    shown = {fact["symbol"]: fact for fact in whole.step("displays", "multiprobe")["seen"]}
    assert (shown["pH"]["shown"], shown["pH"]["low"], shown["pH"]["high"], shown["pH"]["difference"]) == (7.2, 0, 14, 0)
    assert whole.step("limits")["words"].startswith("COD: at most 148.5 mg/L (QCVN 40:2011, B, kq=0.9, kf=1.1); ")
    assert whole.keys("calibrating", "solids") == ["slot_status", "in_file"]
    assert whole.keys("fault", "multiprobe") == ["slot_status", "slot_status", "in_file", "event_told"]
    assert whole.keys("line", "province") == ["line_cut_at", "line_sent_later", "bytes_equal"]
    power = whole.keys("power")
    assert power[:2] == ["ended_suddenly", "machine_ran_on"]
    assert power[2:] == ["gap", "once_there", "database_whole"]


def test_what_was_broken_off_goes_on_where_it_was(acceptance_run: AcceptanceSeen) -> None:
    assert acceptance_run.broken_off.code == 1
    assert "broken off; the same command goes on" in acceptance_run.broken_off.said
    assert "Traceback" not in acceptance_run.broken_off.said
    assert "\nlimits:" not in acceptance_run.whole.said  # it was settled by the run before
    begun = [one for one in acceptance_run.journal if one["what"]["act"] == "begun"]
    assert len(begun) == 1


def test_a_finished_one_is_shown_again_and_nothing_is_done(acceptance_run: AcceptanceSeen) -> None:
    again = acceptance_run.again
    assert again.code == 0
    assert again.protocol is not None
    assert acceptance_run.whole.protocol is not None
    assert again.protocol["protocol_sha256"] == acceptance_run.whole.protocol["protocol_sha256"]
    assert "is finished; --only STEP repeats a step, --new begins again" in again.said


def test_the_journal_tells_of_each_verdict_and_of_the_protocol(acceptance_run: AcceptanceSeen) -> None:
    told = [one["what"] for one in acceptance_run.journal]
    acts = [one["act"] for one in told]
    assert acts == ["begun", *["verdict"] * 18, "finished", "written", "written"]
    assert acceptance_run.whole.protocol is not None
    assert told[-3]["protocol_sha256"] == acceptance_run.whole.protocol["protocol_sha256"]
    assert told[-3]["passed"] is True
    assert told[-2]["sha256"] == hashlib.sha256(acceptance_run.document).hexdigest()


def test_the_protocol_has_the_form_of_an_act_that_three_sides_sign(acceptance_run: AcceptanceSeen) -> None:
    document = Document(io.BytesIO(acceptance_run.document))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"] or lines[2].startswith(
        "PROTOCOL"
    )
    assert "1. For the enterprise, which owns the station: Công ty TNHH Ví dụ" in lines
    assert "3. For the authority, which receives the data: ………………………………" in lines  # to be written by hand
    assert "Conclusion: the station meets all of the above that applies to it." in lines
    signed = [cell.text.split("\n")[0] for cell in document.tables[-1].rows[0].cells]
    assert signed == ["FOR THE ENTERPRISE", "FOR THE INTEGRATOR", "FOR THE AUTHORITY"]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "Cần dán lại tem của tủ" in cells
    assert "Sở Nông nghiệp và Môi trường Hà Nội" in cells


def test_the_receiver_got_everything_well_formed(acceptance_run: AcceptanceSeen) -> None:
    score = acceptance_run.score
    assert score["received"] >= 5
    assert (score["malformed"], score["duplicates_altered"]) == (0, 0)


WRONG = [
    ("told", "files", "province", "deviation_missing_symbol", "symbol PH is missing (the file has: pH)"),
    ("told", "files", "province", "deviation_folder", "folder NUO001/"),
    ("told", "files", "province", "deviation_unit", "unit COD mg/L instead of COD mg/l"),
    ("told", "displays", "multiprobe", "display", "62.4 mg/L read, 6.24 on the display"),
    ("told", "limits", None, "limits_disagree", "not those of the environmental permit"),
    ("never 01", "calibrating", "solids", "never_status", "TSS: no slot said 01"),
    ("not running", "running", None, "not_running", "the gateway does not run"),
]
WRONG_FOR_LONG = [
    ("never back", "line", "province", "line_still_waiting", "the line is not back"),
    ("clock", "clock", None, "clock_untrusted", "the clock is not trusted"),
]


@pytest.mark.parametrize(("name", "step", "subject", "key", "words"), [*WRONG, *(WRONG_FOR_LONG if IS_LONG else ())])
def test_what_is_wrong_is_said_exactly(
    acceptance_run: AcceptanceSeen, name: str, step: str, subject: str | None, key: str, words: str
) -> None:
    found = acceptance_run.wrong[name]
    assert found.code == 1, found.said
    assert found.step(step, subject)["verdict"] == "failed"
    assert key in found.keys(step, subject)
    assert words in found.step(step, subject)["words"]
    assert "Traceback" not in found.said


def test_who_did_go_to_01_is_not_blamed_for_who_did_not(acceptance_run: AcceptanceSeen) -> None:
    assert acceptance_run.wrong["never 01"].step("calibrating", "multiprobe")["verdict"] == "passed"


def test_what_is_skipped_has_its_reason_and_is_not_passed(acceptance_run: AcceptanceSeen) -> None:
    found = acceptance_run.wrong["told"]
    assert found.code == 1
    one = found.step("retention")
    assert (one["verdict"], one["reason"]) == ("skipped", "nobody knows the card")
    assert found.step("ports")["verdict"] == "not_configured"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "lnie"), "no step is called lnie; there are: running, clock"),
        (("--show", "--new"), "--show shows what there is"),
        (("--timeout", "5"), "--timeout 5: "),
        (("-o", "protocol.pdf"), "a protocol is FILE.docx, .html, .txt or .json"),
        ((), "people are asked at a terminal"),
    ],
)
def test_usage_is_exit_code_2(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    config = tmp_path / "gateway.yaml"
    config.write_text(STATION.format(folder=tmp_path), "utf-8")
    done = command("accept", *arguments, "-c", config)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_list_and_answers_that_are_wrong_are_told_with_their_lines(tmp_path: Path) -> None:
    config = tmp_path / "gateway.yaml"
    config.write_text(STATION.format(folder=tmp_path), "utf-8")
    listed, answers = tmp_path / "list.yaml", tmp_path / "answers.yaml"
    listed.write_text('folder: "%Y"\nparametres: []\n', "utf-8")
    answers.write_text(json.dumps({"display": {"03": 7}}), "utf-8")
    done = command("accept", "--list", listed, "-c", config, "--show")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"{listed}:1: parameters: is missing; add parameters: the list of symbols with their units",
        f"{listed}:2: parametres: is an unknown key; did you mean parameters?",
    ]
    done = command("accept", "--answers", answers, "-c", config)
    assert done.returncode == 2
    assert "the station has no 03" in done.stderr


def test_two_at_once_are_one_too_many_but_anybody_may_look(tmp_path: Path) -> None:
    config, answers = _stopped(tmp_path), tmp_path / "answers.yaml"
    answers.write_text("place: Hà Nội\n", "utf-8")
    with lock.hold(tmp_path / "storage", lock.ACCEPTANCE_LOCK):
        done = command("accept", "--answers", answers, "-c", config)
        looked = command("accept", "--show", "-c", config)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        f"another gateway accept already works in {tmp_path / 'storage'}: go on there, or end it first" in done.stderr
    )
    assert "there has been no acceptance test yet" in looked.stderr


def test_at_a_terminal_people_are_asked_and_may_skip(tmp_path: Path) -> None:
    """The daemon has stopped: nothing is waited for but the hand-over, which a person skips with a reason."""
    config = _stopped(tmp_path)
    typed = TypedAt(config, tmp_path / "protocol.json")
    typed.answer("For the enterprise", "Cty A")
    typed.answer("For the integrator", "")
    typed.answer("For the authority", "Sở")
    typed.answer("Place of the test", "Hà Nội")
    typed.answer("Hand over the accounts and passwords", "s")
    typed.answer("Why it is skipped", "nobody is there")
    typed.answer("Remark (empty: none)", "cửa tủ hỏng")
    typed.answer("Remark (empty: none)", "")
    assert typed.ended() == 1
    protocol = json.loads((tmp_path / "protocol.json").read_text("utf-8"))
    assert protocol["parties"] == {"enterprise": "Cty A", "integrator": None, "authority": "Sở"}
    assert (protocol["place"], protocol["remarks"]) == ("Hà Nội", ["cửa tủ hỏng"])
    verdicts = {one["step"]: (one["verdict"], one["reason"]) for one in protocol["steps"]}
    assert verdicts["handover"] == ("skipped", "nobody is there")
    assert verdicts["running"] == ("failed", None)
    assert verdicts["ports"] == ("not_configured", None)
    assert (protocol["complete"], protocol["passed"]) == (True, False)


def _stopped(folder: Path) -> Path:
    """The configuration of a station whose daemon has run once."""
    config = folder / "gateway.yaml"
    config.write_text(STATION.format(folder=folder), "utf-8")
    (folder / "storage").mkdir()
    Journey(folder / "storage").database.close()
    return config


class TypedAt:
    """`gateway accept` at a terminal of its own."""

    def __init__(self, config: Path, out: Path) -> None:
        ours, theirs = pty.openpty()
        words = ["accept", "--timeout", "500ms", "--language", "en", "-o", str(out), "-c", str(config)]
        self._child = subprocess.Popen(
            [sys.executable, "-m", "gateway", *words], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True
        )
        os.close(theirs)
        self._ours = ours
        self._said = ""

    def answer(self, question: str, words: str) -> None:
        """Once it was asked."""
        self._read_until(lambda: question in self._said)
        self._said = self._said.partition(question)[2]
        os.write(self._ours, f"{words}\n".encode())

    def ended(self) -> int:
        self._read_until(lambda: self._child.poll() is not None)
        return self._child.wait()

    def _read_until(self, is_so: Callable[[], bool]) -> None:
        until_s = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < until_s, self._said
            if select.select([self._ours], [], [], 0.1)[0]:
                try:
                    self._said += os.read(self._ours, 4096).decode("utf-8", "replace")
                except OSError:  # its end is closed
                    self._child.wait(10)
                    return


STATION = """\
station: {{name: Trạm thử, province: HN, facility: TEST, code: TST001, kind: ambient_air}}
storage: {{path: {folder}/storage}}
links: {{bus: {{type: modbus-tcp, host: 127.0.0.1, port: 9}}}}
instruments: [{{name: ozone, link: bus, unit: 3, profile: teledyne-t400}}]
destinations: [{{name: so, authority: province, url: "ftp://u@127.0.0.1/x", password: {{env: X}}}}]
"""
