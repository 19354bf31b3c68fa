"""The authority's list as people write it down."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.acceptance.list_file import kept_list, read_list
from gateway.core.errors import ConfigError
from gateway.core.receiver_list import ListedParameter, ReceiverList

EXPECTED = ReceiverList(
    (ListedParameter("pH", "-"), ListedParameter("PM2,5", "ug/Nm3"), ListedParameter("NO", None)),
    "NUO001/%Y/%m/%d",
    "HN_ABCD_NUO001_%Y%m%d%H%M%S.txt",
)
YAML = """\
folder: NUO001/%Y/%m/%d
name: HN_ABCD_NUO001_%Y%m%d%H%M%S.txt
parameters:
  - {symbol: pH, unit: "-"}
  - {symbol: "PM2,5", unit: ug/Nm3}
  - {symbol: NO}
"""
CSV = """\
symbol,unit,folder,name
pH,-,NUO001/%Y/%m/%d,HN_ABCD_NUO001_%Y%m%d%H%M%S.txt
"PM2,5",ug/Nm3,,
NO,,,
"""


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize(("name", "text"), [("l.yaml", YAML), ("l.csv", CSV), ("l.CSV", CSV.replace(",", ";"))])
def test_both_forms_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    text = text.replace('"PM2;5"', '"PM2,5"')
    assert read_list(written(tmp_path, name, text)).receiver == EXPECTED


def test_what_is_kept_is_the_same_list(tmp_path: Path) -> None:
    assert kept_list(read_list(written(tmp_path, "l.yaml", YAML)).kept()) == EXPECTED


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("l.yaml", "folder: x\n", "parameters: is missing"),
        ("l.yaml", "parameters: []\n", "1: parameters: is empty"),
        ("l.yaml", "parameters: [{symbol: pH}, {symbol: pH}]\n", "has pH twice"),
        ("l.yaml", "parameters: [{symbol: pH, units: x}]\n", "did you mean unit?"),
        ("l.yaml", "parameters: [{symbol: pH}]\ninterval: 5\n", "2: interval: 5 has no unit"),
        ("l.csv", "name,unit\n", "has no column symbol"),
        ("l.csv", "symbol,unti\npH,-\n", "did you mean unit?"),
        ("l.csv", "symbol\n", "has no rows"),
        ("l.csv", "symbol,unit\npH,-\n,mg/L\n", "3: symbol: is empty"),
        ("l.csv", "symbol,unit\npH,-\npH,-\n", "twice"),
        ("l.csv", 'symbol,unit\n"pH,-\n', "is not CSV"),
    ],
)
def test_what_is_wrong_with_it_is_told_where(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_list(written(tmp_path, name, text))
    assert any(said in str(one) for one in refused.value.problems), refused.value.problems


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for file, said in ((tmp_path / "none.yaml", "cannot be read"), (tmp_path, "cannot be read")):
        with pytest.raises(ConfigError, match=said):
            read_list(file)
    (tmp_path / "latin.yaml").write_bytes("name: Tr\xe0\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="is not UTF-8"):
        read_list(tmp_path / "latin.yaml")
