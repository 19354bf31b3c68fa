"""An own table with everything that one can have, and a station that takes its limits from it."""

from __future__ import annotations

from pathlib import Path

from gateway.config import Configuration, load
from gateway.core.errors import ConfigError, Problem

FULL = """\
name: "GPMT 123/GPMT-STNMT"
title: {vi: Giấy phép môi trường, en: Environmental permit}
edition: "GPMT 123/GPMT-STNMT, 2025-11-03"
media: [wastewater]
from: 2025-11-03
until: 2032-11-02
replaced_by: {standard: "QCVN 40:2025", from: 2032-11-03}
choices:
  column: {A: {vi: Cột A, en: Column A}, B: {vi: Cột B, en: Column B, until: 2030-12-31}}
  flow: {small: , large: {en: above 2000 m3 a day}}
coefficients:
  kq: {values: [0.9, 1], vi: Nguồn tiếp nhận, en: Receiving water}
  kf: {least: 0.8, most: 1.2}
oxygen: [{flow: small, percent: 7}]
sources:
  permit: {title: "Giấy phép môi trường 123", url: "https://example.com/123.pdf", read: 2025-11-10, covers: all of it}
footnotes: {n: {vi: Tính theo N, en: as N}}
limits:
  - {symbol: pH, unit: "-", name: {vi: pH, en: pH}, min: 6, max: 9, scaled: false, source: permit}
  - symbol: COD
    unit: mg/L
    cases: [{column: A, max: 60}, {column: B, flow: [small, large], max: 90, until: 2027-12-31}]
  - {symbol: NH4, unit: mg/L, as: N, footnote: n, over: 24h, max: 5, coefficients: [kf]}
  - {symbol: TSS, unit: mg/L, max: 50, until: 2027-12-31}
  - {symbol: TSS, unit: mg/L, max: 40, from: 2028-01-01}
"""
STATION = """\
station: {name: Trạm thử, province: HN, facility: ABCD, code: NUO001, kind: wastewater}
storage: {path: /var/lib/station-gateway}
links: {line: {type: modbus-tcp, host: 127.0.0.1, port: 1502}}
instruments:
  - name: meter
    link: line
    unit: 1
    poll: 10s
    parameters:
      - {symbol: pH, unit: "-", register: "input:0", type: float32, limit: {standard: "GPMT 123/GPMT-STNMT"}}
      - symbol: COD
        unit: mg/L
        register: "input:2"
        type: float32
        limit: {standard: "GPMT 123/GPMT-STNMT", column: A, kq: 0.9, kf: 1.1}
"""


def station(folder: Path, table: str = FULL, file: str = "gpmt-123.yaml") -> Path:
    """A configuration with one own table beside it."""
    (folder / "standards").mkdir(exist_ok=True)
    (folder / "standards" / file).write_text(table, encoding="utf-8")
    configuration = folder / "gateway.yaml"
    configuration.write_text(STATION, encoding="utf-8")
    return configuration


def loaded(configuration: Path) -> Configuration:
    return load(configuration, {}, check_secrets=False)


def problems(configuration: Path) -> tuple[Problem, ...]:
    """Every fault; none of a sound one."""
    try:
        loaded(configuration)
    except ConfigError as error:
        return tuple(error.problems)
    return ()


def of_the_table(configuration: Path) -> list[Problem]:
    """Its faults without those that only follow: a limit by a table that could not be read."""
    return [one for one in problems(configuration) if one.file != str(configuration)]
