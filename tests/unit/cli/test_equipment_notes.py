"""`gateway check` of the equipment: what there is, and which papers have ended or soon will."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gateway.cli.equipment_notes import equipment_configured, equipment_lines, equipment_problems
from gateway.core.instants import day_begins_ms
from tests.unit.config.test_equipment import WHOLE
from tests.unit.config.wording import STATION, load_text


def test_a_paper_that_ends_is_warned_of_where_its_device_is_named(tmp_path: Path) -> None:
    configuration = load_text(STATION + WHOLE, tmp_path)

    def warned(year: int, month: int, day: int) -> list[str]:
        now_ms = day_begins_ms(date(year, month, day), "Asia/Ho_Chi_Minh")
        return [str(one).removeprefix(f"{tmp_path}/") for one in equipment_problems(configuration, now_ms)]

    renew = "have it renewed, and write the next last day"
    assert warned(2026, 12, 9) == []
    assert warned(2026, 12, 10) == [f"gateway.yaml: equipment.cod: its calibration ends on 2027-01-09; {renew}"]
    assert warned(2027, 1, 10) == [
        f"gateway.yaml: equipment.cod: its calibration ended on 2027-01-09; {renew}",
        f"gateway.yaml: equipment.cod: its verification ends on 2027-01-10; {renew}",
    ]


def test_the_equipment_is_shown_in_a_line_and_to_programs(tmp_path: Path) -> None:
    configuration = load_text(STATION + WHOLE, tmp_path)
    assert equipment_lines(configuration) == [
        "  equipment: cod (Hach CAS74D), ph (E+H CPS11E), flow (Siemens MAG 5100W), logger (Example DL-1)"
    ]
    assert equipment_configured(configuration)[0] == {
        "name": "cod",
        "kind": "analyser",
        "make": "Hach",
        "model": "CAS74D",
        "serial": "HC-1001",
        "measures": ["COD"],
    }
    bare = load_text(STATION, tmp_path)
    assert (equipment_lines(bare), equipment_configured(bare)) == ([], [])
