"""Reasons as they are kept, and what people are told of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.core.reason import Cause, Reason

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("detail", ["", "status holding:100 is 2", "127.0.0.1:502: unit 9: exception 2"])
@pytest.mark.parametrize("cause", Cause)
def test_a_reason_is_read_as_it_was_written(cause: Cause, detail: str) -> None:
    reason = Reason(cause, detail)
    assert Reason.from_text(reason.to_text()) == reason


def test_a_cause_of_a_newer_gateway_is_no_reason() -> None:
    assert Reason.from_text("struck-by-lightning: twice") is None


@pytest.mark.parametrize("guide", ["operator.md", "operator.vi.md"])
def test_the_operators_guides_say_of_each_cause_what_to_do(guide: str) -> None:
    rows = [line.split("|")[1] for line in (DOCS / guide).read_text("utf-8").splitlines() if line.startswith("| `")]
    assert [cause.value for cause in Cause if not any(f"`{cause}`" in row for row in rows)] == []
