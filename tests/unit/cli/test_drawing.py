"""Tables on narrow terminals: nothing of them is cut, and what has to stay together breaks last."""

from __future__ import annotations

import io
from collections import Counter

import pytest

from gateway.cli.drawing import PlainConsole, PlainTable, fitted, table

HEADINGS = ("chu kỳ", "tình trạng", "sau khi hết", "số lần thử", "câu trả lời")
ROWS = (
    ("2026-01-01 00:05", "đang chờ, gửi lại", "12 phút 30 giây", "4", "550 Không có quyền ghi vào thư mục của trạm"),
    ("2026-01-01 00:10", "đã gửi", "3 giây", "1", "226 " + "a1b2c3d4e5f6" * 5),
)


def deliveries(**options: bool) -> PlainTable:
    made = table(**options)
    for at, heading in enumerate(HEADINGS):
        made.add_column(heading, justify="right" if at in (2, 3) else "left", is_whole=at < 4)
    for row in ROWS:
        made.add_row(*row)
    return made


def drawn(made: PlainTable, width: int) -> str:
    shown = io.StringIO()
    PlainConsole(file=shown, width=width).print(made)
    return shown.getvalue()


@pytest.mark.parametrize("padding", [True, False])
@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 200])
def test_nothing_is_cut_at_any_width(width: int, padding: bool) -> None:
    shown = drawn(deliveries(collapse_padding=padding), width)
    letters = Counter("".join("".join(part.split()) for row in (HEADINGS, *ROWS) for part in row))
    assert Counter("".join(shown.replace("─", "").split())) == letters
    assert all(len(line) <= width for line in shown.splitlines())


def test_headings_and_long_answers_break_before_what_is_read_as_one() -> None:
    shown = drawn(deliveries(collapse_padding=True), 80)
    assert all(cell in shown for row in ROWS for cell in row[:4])
    assert HEADINGS[3] not in shown


def test_a_table_that_fits_is_drawn_as_wide_as_it_is() -> None:
    made = deliveries()
    wide = drawn(made, 200)
    assert drawn(made, 60) != wide
    assert drawn(made, 200) == wide
    assert len([line for line in wide.splitlines() if line.strip()]) == 2 + len(ROWS)


@pytest.mark.parametrize(
    ("room", "widths"),
    [(40, [16, 8, 10]), (30, [16, 8, 6]), (26, [13, 8, 5]), (20, [10, 5, 5]), (6, [2, 2, 2]), (1, [1, 1, 1])],
)
def test_the_widest_gives_way_first_and_each_keeps_its_floor_as_long_as_it_can(room: int, widths: list[int]) -> None:
    assert fitted([16, 8, 10], [[16, 8, 5], [10, 5, 5], [1, 1, 1]], room) == widths
