"""The long campaigns have their turn, and what had none is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.long.__main__ import go, in_turn
from tests.long.campaigns import CAMPAIGNS, SYSTEMS, Campaign, Ended

PROJECT = Path(__file__).parents[2]


def campaign(name: str, minutes: float, ended: Ended) -> Campaign:
    return Campaign(name, f"what {name} tries", minutes, lambda seed, again: ended)


def test_every_turn_begins_with_a_bare_system_and_has_everything_once() -> None:
    turns = [in_turn(seed) for seed in range(len(SYSTEMS) * len(CAMPAIGNS))]
    assert {turn[0] for turn in turns} == set(SYSTEMS)
    assert {turn[1] for turn in turns} == set(CAMPAIGNS)
    assert all(sorted(one.name for one in turn) == sorted(one.name for one in SYSTEMS + CAMPAIGNS) for turn in turns)


def test_whatever_is_left_out_of_the_everyday_run_is_in_a_campaign() -> None:
    whole = [campaign.arguments for campaign in CAMPAIGNS if "hypothesis" not in campaign.arguments]
    run = [PROJECT / one for arguments in whole for one in arguments if one.startswith(("tests", "hardware-sim"))]
    files = [*(PROJECT / "tests").rglob("test_*.py"), *(PROJECT / "hardware-sim/tests").rglob("test_*.py")]
    left_out = [one for one in files if re.search(r"(?m)^[^\"]*\b(mark|support)\.thorough", one.read_text("utf-8"))]
    assert len(left_out) > 4
    assert [one for one in left_out if not any(map(one.is_relative_to, run))] == []


def test_what_does_not_fit_is_left_out_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    turn = [campaign("first", 30, Ended(True)), campaign("long", 25, Ended(True)), campaign("short", 5, Ended(True))]
    assert go(turn, within_min=20, seed=7, again=False) == 0
    said = capsys.readouterr().out
    assert "first: well" in said
    assert "left out, for it usually takes 25 min: long: what long tries" in said
    assert "2 campaigns passed, 0 failed, 1 left out" in said
    assert "seed 7" in said


def test_a_failed_campaign_fails_the_whole_and_one_that_passed_again_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    passed_again = campaign("flaky", 1, Ended(True, ["test_it"]))
    assert go([passed_again], within_min=20, seed=1, again=True) == 0
    assert "passed when run again: test_it" in capsys.readouterr().out
    assert go([campaign("broken", 1, Ended(False)), passed_again], within_min=20, seed=1, again=True) == 1
    assert "1 campaigns passed, 1 failed, 0 left out, 1 failures passed" in capsys.readouterr().out
