"""An integrator's tables: what is taken, what is refused with file and line, and what can never take effect."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from gateway.app.taken_files import keep_taken
from gateway.config import load
from gateway.config.standards.own_tables import MOST
from gateway.config.standards.table_names import foreign_letters, same_table
from gateway.core.errors import ConfigError
from gateway.core.limits import Limit
from tests.unit.config.standards.own_table import FULL, loaded, of_the_table, problems, station

NAME = "GPMT 123/GPMT-STNMT"


def test_a_full_table_limits_as_it_says(tmp_path: Path) -> None:
    configuration = loaded(station(tmp_path))
    ph, cod = (line.limits for line in configuration.sent)
    assert [(one.limit, one.since, one.until) for one in ph] == [(Limit(6, 9), date(2025, 11, 3), date(2032, 11, 2))]
    assert [one.limit for one in cod] == [Limit(None, 59.4)]
    assert cod[0].origin is not None
    assert (cod[0].origin.standard, cod[0].origin.column) == (NAME, "A")


def test_the_tables_in_use_are_named_with_their_digest(tmp_path: Path) -> None:
    file = station(tmp_path)
    unused = tmp_path / "standards/other.yaml"
    unused.write_text(FULL.replace(NAME, "GPMT 9"), encoding="utf-8")
    (table,) = loaded(file).standards
    expected = hashlib.sha256(FULL.encode()).hexdigest()
    assert (table.name, table.file, table.digest) == (NAME, str(tmp_path / "standards/gpmt-123.yaml"), expected)
    assert table.lines == ("pH", "COD")
    assert loaded(file).taken == (table,)


@pytest.mark.parametrize(
    ("sound", "faulty", "path", "wrong", "right"),
    [
        ("limits:", "limit:", "limit", "is an unknown key", "did you mean limits?"),
        ("symbol: pH,", "symbl: pH,", "limits[0].symbl", "is an unknown key", "did you mean symbol?"),
        ("kq: {values", "kq: {value", "coefficients.kq.value", "is an unknown key", "did you mean values?"),
        ("{column: A, max: 60}", "{colum: A, max: 60}", "limits.COD.cases[0].colum", "unknown key", "column?"),
        ("flow: [small, large]", "flow: [small, larg]", "cases[1].flow", "none of its values", "did you mean large?"),
        ("coefficients: [kf]", "coefficients: [kff]", "NH4.coefficients", "not below coefficients", "did you mean kf?"),
        ("footnote: n", "footnote: m", "limits.NH4.footnote", "is not below footnotes", "add it to footnotes"),
        ("source: permit", "source: permitt", "limits.pH.source", "is not below sources", "did you mean permit?"),
        ("media: [wastewater]", "media: [waste_water]", "media[0]", "none of the choices", "mean wastewater?"),
        ("symbol: COD", "symbol: cod", "limits.cod.symbol", "is not known", "did you mean COD?"),
        ("as: N,", "as: NH4,", "limits.NH4.as", "is another form", "as: N"),
        ("max: 5,", "max: .nan,", "limits.NH4.max", "", ""),
        ("max: 5,", "max: 1e300,", "limits.NH4.max", "is no limit", "a number up to"),
        ("max: 5,", "max: 1e999,", "limits.NH4.max", "", ""),
        ("max: 5,", "max: '5',", "limits.NH4.max", "", ""),
        ("most: 1.2", "most: 120000", "coefficients.kf.most", "is no coefficient", "0.001 to 1000"),
        ("over: 24h", "over: 3h30s", "limits.NH4.over", "", ""),
        ("over: 24h", "over: 25h", "limits.NH4.over", "no time over which", "1h to 24h"),
        ("until: 2032-11-02", "until: 2025-11-02", "", "is before from", "first day"),
        ("until: 2032-11-02", "until: 02/11/2032", "until", "is not a day", "2032-11-02"),
        ("until: 2030-12-31", "until: 2020-12-31", "choices.column.B.until", "on no day on which the table", "within"),
        ("max: 90, until: 2027-12-31", "max: 90, from: 2040-01-01", "cases[1].from", "on no day on which", "within"),
        (
            "max: 50, until: 2027-12-31",
            "max: 50",
            "limits.TSS",
            "holds on days on which entry 4 does",
            "from and until",
        ),
        ("{column: B, flow", "{column: [A, B], flow", "cases[1]", "holds for what case 1 holds for", "from is"),
        ("footnote: n, ", "", "footnotes.n", "is no limit's footnote", "remove it"),
        ("oxygen: [{flow: small, percent: 7}]", "oxygen: [{percent: 20.9}]", "oxygen[0].percent", "", ""),
        ("kf: {least", "max: {least", "coefficients.max", "is a key of its own in limits", "another name"),
        ("  flow: {small", "  kq: {small", "coefficients.kq", "is the name of a choice, too", "another name"),
        ("min: 6, max: 9", "min: 9, max: 6", "limits.pH.max", "is not above min", "lower bound as min"),
        ("min: 6, max: 9, ", "", "limits.pH", "bounds nothing", "write min, max or both"),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_would_be_right(
    tmp_path: Path, sound: str, faulty: str, path: str, wrong: str, right: str
) -> None:
    assert sound in FULL
    text = FULL.replace(sound, faulty, 1)
    file = station(tmp_path, text)
    told = [one for one in of_the_table(file) if path in one.path and wrong in one.wrong and right in one.right]
    assert told, [str(one) for one in problems(file)]
    assert told[0].file == str(tmp_path / "standards/gpmt-123.yaml")
    assert 1 <= told[0].line <= text.count("\n")
    assert told[0].right


@pytest.mark.parametrize(
    "name",
    [
        "QCVN 40:2011",
        "QCVN 40:2011/BTNMT",
        "qcvn 40:2011",
        "QCVN  40:2011",
        "QCVN-40-2011",
        "QCVN 40:2011/btnmt",
        "ＱＣＶＮ　４０：２０１１".replace("　", " "),
        "QCVN 40:2025",
    ],
)
def test_a_table_that_ships_cannot_be_given_anew_under_any_spelling(tmp_path: Path, name: str) -> None:
    (told,) = of_the_table(station(tmp_path, FULL.replace(NAME, name, 1)))
    assert (told.path, told.line) == ("name", 1)
    assert "ships with the gateway" in told.wrong
    assert "a name of its own" in told.right


@pytest.mark.parametrize("name", ["QCVN\u00a040:2011", "QCVN 40:\u200b2011", "QCVN 40:2О11", "ＱСVN 40:2011", "—", " "])
def test_a_name_that_only_looks_like_another_is_refused(tmp_path: Path, name: str) -> None:
    told = of_the_table(station(tmp_path, FULL.replace(NAME, name, 1)))
    assert [one.path for one in told] == ["name"]
    assert told[0].line == 1


def test_names_are_the_same_whatever_stands_between_their_words() -> None:
    assert same_table("QCVN 40:2011/BTNMT") == same_table("qcvn 40-2011") == "qcvn-40-2011"
    assert same_table("GPMT 1/STNMT") != same_table("GPMT 11/STNMT")
    assert foreign_letters("Giấy phép môi trường số 123/GPMT-STNMT, Đồng Nai") == ""
    assert foreign_letters("QCVN 40:2О11") == "О"


def test_two_tables_of_one_name_are_told(tmp_path: Path) -> None:
    file = station(tmp_path)
    (tmp_path / "standards/second.yaml").write_text(FULL.replace(NAME, NAME.lower()), encoding="utf-8")
    (told,) = problems(file)
    assert told.file.endswith("second.yaml")
    assert f"is {NAME} in gpmt-123.yaml" in told.wrong


def test_a_misspelt_table_is_asked_for(tmp_path: Path) -> None:
    file = station(tmp_path)
    file.write_text(file.read_text("utf-8").replace(f'"{NAME}"', '"gpmt 123/GPMT-STNMTT"'), encoding="utf-8")
    assert all(f"did you mean {NAME}?" in one.right for one in problems(file))


class TestFiles:
    def refused(self, file: Path) -> str:
        (told,) = of_the_table(file)
        assert told.right
        return told.wrong

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        file = station(tmp_path)
        table = tmp_path / "standards/gpmt-123.yaml"
        table.rename(tmp_path / "elsewhere.yaml")
        table.symlink_to(tmp_path / "elsewhere.yaml")
        assert "is no plain file" in self.refused(file)

    def test_what_everybody_may_change_is_not_read(self, tmp_path: Path) -> None:
        file = station(tmp_path)
        (tmp_path / "standards/gpmt-123.yaml").chmod(0o666)
        assert "can be changed by everybody" in self.refused(file)

    def test_a_folder_in_which_everybody_may_put_tables_is_not_read(self, tmp_path: Path) -> None:
        file = station(tmp_path)
        (tmp_path / "standards").chmod(0o777)
        assert "can be changed by everybody (mode 0777)" in self.refused(file)

    def test_a_file_in_the_place_of_the_folder_is_told(self, tmp_path: Path) -> None:
        file = station(tmp_path)
        (tmp_path / "standards/gpmt-123.yaml").unlink()
        (tmp_path / "standards").rmdir()
        (tmp_path / "standards").write_text("")
        assert "is no folder" in self.refused(file)

    def test_a_folder_with_a_tables_name_is_told(self, tmp_path: Path) -> None:
        file = station(tmp_path)
        (tmp_path / "standards/gpmt-123.yaml").unlink()
        (tmp_path / "standards/gpmt-123.yaml").mkdir()
        assert "is no plain file" in self.refused(file)

    def test_more_tables_than_anybody_has_are_another_folder(self, tmp_path: Path) -> None:
        file = station(tmp_path)
        for number in range(MOST):
            (tmp_path / f"standards/{number}.yaml").write_text("")
        assert f"has {MOST + 1} tables" in self.refused(file)

    @pytest.mark.parametrize("name", ["gpmt.yml", "gpmt.YAML"])
    def test_what_would_not_be_read_is_told(self, tmp_path: Path, name: str) -> None:
        file = station(tmp_path)
        (tmp_path / "standards" / name).write_text(FULL.replace(NAME, "GPMT 9"), encoding="utf-8")
        assert "does not end in .yaml" in self.refused(file)

    @pytest.mark.parametrize(
        "name", [".gpmt.yaml.swp", ".hidden.yaml", "gpmt-123.yaml~", "gpmt-123.yaml.bak", "LIESMICH"]
    )
    def test_what_an_editor_leaves_is_no_table(self, tmp_path: Path, name: str) -> None:
        file = station(tmp_path)
        (tmp_path / "standards" / name).write_text("nonsense", encoding="utf-8")
        assert problems(file) == ()

    def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(self, tmp_path: Path) -> None:
        file = station(tmp_path)
        table = tmp_path / "standards/gpmt-123.yaml"
        table.write_bytes(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode())
        assert loaded(file).standards[0].digest == hashlib.sha256(table.read_bytes()).hexdigest()

    def test_other_encodings_are_told_with_their_line(self, tmp_path: Path) -> None:
        file = station(tmp_path)
        (tmp_path / "standards/gpmt-123.yaml").write_bytes(FULL.encode("utf-16"))
        assert "is not UTF-8 text" in self.refused(file)
        (tmp_path / "standards/gpmt-123.yaml").write_bytes(FULL.encode().replace(b"title", b"ti\xfftle"))
        (told,) = of_the_table(file)
        assert (told.wrong, told.line) == ("is not UTF-8 text", 2)

    def test_a_huge_file_is_not_read(self, tmp_path: Path) -> None:
        file = station(tmp_path, FULL + "#" * 300_000)
        assert "is larger than" in self.refused(file)

    def test_an_empty_file_is_told(self, tmp_path: Path) -> None:
        (told,) = of_the_table(station(tmp_path, ""))
        assert "begin with name" in told.right


def test_a_start_takes_its_limits_as_they_were_in_force(tmp_path: Path) -> None:
    file = station(tmp_path)
    text = file.read_text("utf-8").replace("/var/lib/station-gateway", str(tmp_path / "storage"))
    file.write_text(text, "utf-8")
    (tmp_path / "storage").mkdir()
    table = tmp_path / "standards/gpmt-123.yaml"
    keep_taken(load(file, {}))
    (tmp_path / "standards/unused.yaml").write_text("name: [", "utf-8")
    for content in (b"", b"name: [", None):
        table.unlink(missing_ok=True)
        if content is not None:
            table.write_bytes(content)
        with pytest.raises(ConfigError):
            load(file, {})
        begun = load(file, {}, starting=True)
        assert [line.limits[0].limit for line in begun.sent] == [Limit(6, 9), Limit(None, 59.4)]
        assert [one.digest for one in begun.standards] == [hashlib.sha256(FULL.encode()).hexdigest()]
        assert str(begun.instead[0]).startswith(f"{table}: cannot be used, and what was taken over from it last")
        assert any(one.file.endswith("unused.yaml") for one in begun.warnings), "told, and no limit hangs on it"
    table.write_text(FULL, "utf-8")
    assert load(file, {}, starting=True).instead == ()
