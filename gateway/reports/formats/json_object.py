"""Format: one JSON object, for programs. Its keys do not change with the language, and not with the version."""

from __future__ import annotations

from gateway.core.printable import printable_json
from gateway.reports.document import Report, TimeCell
from gateway.reports.formats.cells import value_of
from gateway.texts import Wording


def json_object(report: Report, wording: Wording) -> bytes:
    heading, zone = report.heading, report.heading.period.zone
    content: dict[str, object] = {
        "report": report.kind,
        "station": {
            "code": heading.station_code,
            "name": heading.station_name,
            "facility": heading.facility,
            "province": heading.province,
            "kind": heading.station_kind,
        },
        "from": value_of(TimeCell(heading.period.from_ms), zone),
        "until": value_of(TimeCell(heading.period.until_ms), zone),
        "made": value_of(TimeCell(heading.made_ms), zone),
        "summary": {key: value_of(cell, zone) for key, cell in report.facts},
    }
    for section in report.sections:
        if section.table is not None:
            keys = [head.key for head in section.table.columns]
            content[section.key] = [
                {key: value_of(cell, zone) for key, cell in zip(keys, row, strict=True)} for row in section.table.rows
            ]
    return f"{printable_json(content)}\n".encode()
