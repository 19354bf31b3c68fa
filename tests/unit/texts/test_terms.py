"""One thing has one name in Vietnamese, in every catalogue and in every guide: the words that people once wrote beside
it are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gateway

PROJECT = Path(gateway.__file__).parents[1]
TEXTS = PROJECT / "gateway/texts"
TERMS = {
    "cơ quan quản lý": "cơ quan (nhận dữ liệu|tiếp nhận dữ liệu)",
    "mã thoát": "mã kết thúc",
    "hình mẫu": "hình (chuẩn|tham chiếu)",
    "phần mềm ghi hình": "(chương trình|bộ) ghi hình",
    "máy chủ chuyển tiếp": "(bộ|phần|máy chủ|luồng) phát lại",
    "mẫu thiết bị": "hồ sơ (khác|nào|thiết bị {)",
    "khóa riêng": "khóa bí mật",
    "dấu vân tay": "(?<!dấu )vân tay",
    "dải đo": "khoảng đo",
    "oxy": "ôxy",
    "chốt chu kỳ": "(đóng|khóa) chu kỳ|chu kỳ nào được (đóng|lập)",
    "điểm span": "điểm khoảng|điểm chuẩn",
    "chính sách đóng cổng": "quy định đóng cổng",
    "switch": "chuyển mạch",
    "hướng dẫn lắp đặt": "hướng dẫn tích hợp",
    "hướng dẫn vận hành": "tài liệu vận hành",
    "đơn vị lắp đặt": "đơn vị tích hợp",
    "lý lịch trạm": "phiếu (thông tin |của )?trạm",
    "quan trắc đối chứng": "đo (so sánh|đối chứng)",
    "gỡ, hỏng": "tháo niêm phong|niêm phong đã bị tháo",
    "dán niêm phong": "(đặt|gắn) niêm phong",
    "chứng thư số": "chứng thư(?! số)|(?<!bằng )chứng chỉ(?! bằng)",
}
"""What it is called, and an expression for what it is not."""


def _entries(file: Path) -> Iterator[str]:
    """The Vietnamese of a catalogue by sentences; of anything else its lines."""
    for line in file.read_text("utf-8").splitlines():
        if file.name in ("phrases.vi.yaml", "help.vi.yaml") and line.startswith('"'):
            yield from json.loads(f"{{{line}}}").values()
        else:
            yield line


FILES = [
    *(TEXTS / name for name in ("vi.yaml", "phrases.vi.yaml", "help.vi.yaml")),
    *sorted((PROJECT / "docs").glob("*.vi.md")),
    *sorted((PROJECT / "config").rglob("*.vi.yaml")),
    PROJECT / "README.vi.md",
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PROJECT)))
def test_each_thing_has_one_name(file: Path) -> None:
    others = [
        f"{right!r} is meant: {line.strip()}"
        for line in _entries(file)
        for right, other in TERMS.items()
        if re.search(other, line.lower())
    ]
    assert others == []
