"""`gateway init`, from flags and at a terminal: what it wrote is sound; whatever happens to it, nothing is lost and
nothing is overwritten. Whole walks, and a kill at every question, are in `test_init_walks.py`."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.init_walk import answers_of
from tests.support.live.gateway import command
from tests.support.live.simulator import WASTEWATER, SimulatedStation
from tests.support.servers import Server, openssh
from tests.support.terminal import AtTerminal


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedStation]:
    simulated = SimulatedStation(WASTEWATER.read_text(), tmp_path_factory.mktemp("simulated"))
    yield simulated
    simulated.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with openssh(tmp_path_factory.mktemp("server")) as running:
        yield running


def test_answers_of_a_file_become_a_configuration(station: SimulatedStation, server: Server, tmp_path: Path) -> None:
    given, file = tmp_path / "answers.yaml", tmp_path / "etc" / "gateway.yaml"
    given.write_text(json.dumps(answers_of(station, server, tmp_path)))  # JSON is YAML, too
    made = command("init", "--yes", "-c", file, "--answers", given, "--set", "station.code=NUO001")
    assert made.returncode == 0, made.stderr
    secret = file.parent / "secrets" / "so-tnmt"
    assert not stat.S_IMODE(secret.stat().st_mode) & 0o007
    assert server.password not in file.read_text() + made.stdout + made.stderr
    assert not list(file.parent.glob(".gateway.yaml*"))
    checked = command("check", "-c", file, "--language", "en")
    assert checked.returncode == 0, checked.stderr
    assert "is sound" in checked.stdout
    again = command("init", "--yes", "-c", file, "--answers", given, "-l", "vi")
    assert again.returncode == 1
    assert "không bị ghi đè" in again.stderr
    file.unlink()
    again = command("-l", "en", "init", "--yes", "-c", file, "--answers", given)
    assert again.returncode == 2
    assert f"{secret} is there already and is not overwritten" in again.stderr


def test_what_is_missing_is_told_whole_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / "gateway.yaml"
    made = command("init", "-c", file, "-l", "en", "--set", "station.code=NUO 001", "--set", "links.a.type=modbus-tcp")
    assert made.returncode == 2
    for key in ("station.name", "links.a.host", "instruments.1.parameters.1.symbol", "destinations.1.password"):
        assert f"  {key}: " in made.stderr
    assert "station.code: 'NUO 001' cannot stand in a file's name" in made.stderr
    assert made.stderr.startswith("There is no terminal, so nothing was asked.")
    assert list(tmp_path.iterdir()) == []


def test_what_comes_next_names_each_part_and_what_gets_nothing(
    station: SimulatedStation, server: Server, tmp_path: Path
) -> None:
    """The Ministry of a station that is not specially monitored; a page beside it."""
    given, file = tmp_path / "answers.yaml", tmp_path / "gateway.yaml"
    answers = answers_of(station, server, tmp_path)
    answers["destinations"].append({**answers["destinations"][0], "name": "bo-tnmt", "authority": "ministry"})
    given.write_text(json.dumps({**answers, "web": {"listen": "127.0.0.1:8080"}}))
    made = command("init", "--yes", "-c", file, "--answers", given, "-l", "vi")
    assert made.returncode == 0, made.stderr
    assert "destinations.bo-tnmt không nhận tệp nào" in made.stdout
    for wanted in ("run", "web", "web user add NAME --role operator"):
        assert f"  gateway {wanted} -c {file}\n" in made.stdout
    assert "official_name: Bộ Nông nghiệp và Môi trường" in file.read_text()


def test_a_coach_station_is_shown_the_way(tmp_path: Path) -> None:
    made = command("init", "--yes", "-c", tmp_path / "gateway.yaml", "--set", "station.kind=coach_station", "-l", "vi")
    assert made.returncode == 1
    assert "coach-station.vi.yaml" in made.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_secret_on_the_command_line_is_refused_and_not_repeated(tmp_path: Path) -> None:
    made = command("init", "--yes", "-c", tmp_path / "gateway.yaml", "--set", "destinations.1.password=geheim")
    assert made.returncode == 2
    assert "geheim" not in made.stdout + made.stderr
    assert "from_file" in made.stderr


def test_what_a_terminal_does_to_it(tmp_path: Path) -> None:
    """Pasted garbage, far too much, what is no UTF-8, Ctrl-D, Ctrl-C, a terminal without other letters."""
    file = tmp_path / "gateway.yaml"
    at = AtTerminal(["init", "-c", file, "-l", "vi"], {"LC_ALL": "en_US.ISO-8859-1", "PYTHONIOENCODING": "latin-1"})
    at.answer("Ten tram: ", "x" * 3000)
    at.answer("Ten tram: ", "a\x1b[31mb")
    at.prompt()
    at.type_bytes(b"\xff\xfe\n")
    at.answer("Ten tram: ", "one\ntwo\nthree\n")
    asked = at.prompt()
    assert asked is not None
    assert asked.startswith("Loai tram")
    assert "dan nham" in at.shown
    assert "UTF-8" in at.shown
    at.type("", end="\x04")
    assert at.ended() == 1
    assert "Da dung" in at.shown
    assert "Traceback" not in at.shown
    at = AtTerminal(["init", "-c", file])
    at.answer("Tiếp tục", "k")
    at.prompt()
    assert at.interrupt() == 1
    assert "Traceback" not in at.shown
    assert not list(tmp_path.iterdir())


def test_faults_are_told_in_the_language_that_was_chosen_at_any_width(tmp_path: Path) -> None:
    """On a machine without a locale, in a window that becomes small while a question waits."""
    at = AtTerminal(["init", "-c", tmp_path / "gateway.yaml"], {"LC_ALL": "C", "LANG": "C"})
    at.answer("Choose a language|Ngôn ngữ", "vi")
    at.answer("Tên trạm", "Trạm A")
    asked = at.prompt()
    before = len(at.shown)
    at.resize(columns=40)
    at.type("9")
    assert at.prompt() == asked
    at.type("wastewater")
    at.answer("Mã tỉnh", "HN")
    at.answer("Tên viết tắt", "ABCD")
    at.answer("Mã trạm", "NUO 001")
    at.prompt()
    assert "không thể có trong tên tệp" in at.shown.replace("\n    ", " "), at.shown
    lines = at.shown[before:].splitlines()
    assert all(len(line) < 40 for line in lines if not line.startswith("Tên viết tắt")), lines
    assert at.interrupt() == 1
    assert "Các câu trả lời được giữ lại" in at.shown.replace("\n  ", " ")


def test_a_machine_s_own_screen_is_written_to_without_diacritics(tmp_path: Path) -> None:
    at = AtTerminal(["init", "-c", tmp_path / "gateway.yaml", "-l", "vi"], {"TERM": "linux"})
    assert (at.prompt() or "").startswith("Ten tram")
    assert at.interrupt() == 1
