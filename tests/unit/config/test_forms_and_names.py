"""Symbols that say another form than is sent, and names in the place of symbols: refused, with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.builtin_tables.catalogue import forms
from gateway.config.standards.shelf import StandardShelf
from gateway.config.standards.table_names import file_name
from tests.unit.config.wording import edited, faults, load_text

COD = '{symbol: COD, unit: mg/L, register: "input:2", type: uint16, scale: 0.1}'
AT = "gateway.yaml:17: instruments.probe.parameters"


def told(parameter: str, folder: Path) -> list[str]:
    return faults(edited((COD, f'{{{parameter}, register: "input:2", type: uint16}}')), folder)


@pytest.mark.parametrize(
    ("parameter", "fault"),
    [
        (
            'symbol: "NH4+", unit: mg/L',
            f"{AT}.NH4+.symbol: 'NH4+' is another form: NH4 is counted as N, and so are its limits; write symbol: NH4, "
            "as: N, and if the device counts in NH4, scale: 0.77648 (times what scale is without it)",
        ),
        (
            'symbol: "NO3-", unit: mg/L',
            f"{AT}.NO3-.symbol: 'NO3-' is another form: NO3 is counted as N, and so are its limits; write symbol: NO3, "
            "as: N, and if the device counts in NO3, scale: 0.2259 (times what scale is without it)",
        ),
        (
            "symbol: NH4, unit: mg/L, as: NH4",
            f"{AT}.NH4.as: 'NH4' is another form: NH4 is counted as N, and so are its limits; write symbol: NH4, as: "
            "N, and if the device counts in NH4, scale: 0.77648 (times what scale is without it)",
        ),
        (
            "symbol: PO4, unit: mg/L, as: PO43-",
            f"{AT}.PO4.as: 'PO43-' is another form: PO4 is counted as P, and so are its limits; write symbol: PO4, as: "
            "P, and if the device counts in PO4, scale: 0.32615 (times what scale is without it)",
        ),
        (
            "symbol: NOx, unit: mg/Nm3, as: N",
            f"{AT}.NOx.as: 'N' is another form: NOx is counted as NO2, and so are its limits; write as: NO2; forms "
            "that are known: NO2 or NO",
        ),
        ("symbol: COD, unit: mg/L, as: O2", f"{AT}.COD.as: COD has no forms; remove it"),
        (
            "symbol: Nhu cầu oxy hóa học, unit: mg/L",
            f"{AT}.Nhu cầu oxy hóa học.symbol: 'Nhu cầu oxy hóa học' is not a symbol of the regulation; did you mean "
            "COD?",
        ),
        (
            "symbol: Amoni, unit: mg/L",
            f"{AT}.Amoni.symbol: 'Amoni' is not a symbol of the regulation; did you mean NH4? Otherwise add "
            "custom: true",
        ),
        (
            "symbol: luuluong, unit: m3/h",
            f"{AT}.luuluong.symbol: 'luuluong' is not a symbol of the regulation; did you mean Flow? Otherwise add "
            "custom: true",
        ),
        (
            "symbol: NH3, unit: mg/L",
            f"{AT}.NH3.unit: 'mg/L' is not the unit of NH3; did you mean NH4? Otherwise write mg/Nm3 or ug/Nm3",
        ),
        (
            "symbol: Hg, unit: mg/Nm3",
            f"{AT}.Hg.unit: 'mg/Nm3' is not the unit of Hg; did you mean VHg? Otherwise write ug/Nm3 or mg/L",
        ),
    ],
)
def test_is_refused_with_what_to_write(tmp_path: Path, parameter: str, fault: str) -> None:
    assert told(parameter, tmp_path) == [fault]


@pytest.mark.parametrize(
    ("parameter", "line"),
    [
        ("symbol: NH4, unit: mg/L, as: N", "NH4"),
        ("symbol: NH4-N, unit: mg/L", "NH4"),
        ("symbol: N-NO3, unit: mg/L, as: N", "NO3"),
        ("symbol: PO4-P, unit: mg/L", "PO4"),
        ('symbol: "NH4+", custom: true, unit: mg/L', "NH4+"),  # an authority that declared the ion
        ("symbol: As, unit: mg/L", "As"),
        ("symbol: As, custom: true, unit: ug/L", "As"),
    ],
)
def test_is_taken(tmp_path: Path, parameter: str, line: str) -> None:
    loaded = load_text(edited((COD, f'{{{parameter}, register: "input:2", type: uint16}}')), tmp_path)
    assert loaded.instruments[0].parameters[1].line == line


@pytest.mark.parametrize(("guide", "point"), [("parameters.md", "."), ("parameters.vi.md", ",")])
def test_the_guides_have_each_factor(guide: str, point: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / guide).read_text("utf-8")
    for one in forms():
        for form in one.others:
            assert f"{one.factor(form):.5g}".replace(".", point) in text, (one.symbol, form)


TABLE = """\
name: Giấy phép 12/GPMT
media: [wastewater]
limits:
  - {LINE}
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            'symbol: "NH4+", unit: mg/L, max: 10',
            "'NH4+' is another form: NH4 is sent as N; write symbol: NH4, as: N, and the limit times 0.77648",
        ),
        (
            "symbol: NH4, unit: mg/L, max: 10, as: NH4+",
            "'NH4+' is another form: NH4 is sent as N; write symbol: NH4, as: N, and the limit times 0.77648",
        ),
        ("symbol: NH4-N, unit: mg/L, max: 10", "'NH4-N' is another spelling of NH4; write NH4"),
        (
            "symbol: COD, unit: g/L, max: 1",
            "'g/L' is not the unit of COD, and nothing is sent in it; write mg/L, and the limit in it",
        ),
        ("symbol: NH4, unit: mg/L, max: 10, as: N", None),
        ("symbol: As, unit: ug/L, max: 50", None),
        ("symbol: Xyz, unit: mg/L, max: 50", None),
    ],
)
def test_an_own_table_limits_what_is_sent(tmp_path: Path, line: str, told: str | None) -> None:
    folder = tmp_path / "standards"
    folder.mkdir()
    (folder / file_name("Giấy phép 12/GPMT")).write_text(TABLE.replace("LINE", line), encoding="utf-8")
    problems = [str(one) for one in StandardShelf.beside(tmp_path / "gateway.yaml").problems]
    assert len(problems) == (told is not None)
    assert told is None or told in problems[0]
