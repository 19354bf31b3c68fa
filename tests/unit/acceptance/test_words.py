"""What was seen, in words: also of what another version of the gateway has seen."""

from __future__ import annotations

import pytest

from gateway.acceptance.words import AcceptanceWords
from gateway.config import Language
from gateway.core.acceptance import SeenFact
from gateway.core.witness import WitnessKind, WitnessVerdict
from gateway.texts import Wording


def _words(language: Language) -> AcceptanceWords:
    return AcceptanceWords(Wording.of(language), "Asia/Ho_Chi_Minh")


@pytest.mark.parametrize("fact", [SeenFact.of("witness", name="a", offset_s=0.5), SeenFact.of("of_old", offset_s=0.5)])
def test_what_another_version_has_seen_is_shown_bare(fact: SeenFact) -> None:
    said = _words(Language.VIETNAMESE).fact(fact)
    assert said.startswith(fact.key)
    assert said.endswith("offset_s 0,5")


@pytest.mark.parametrize("language", list(Language))
def test_every_witness_and_what_is_thought_of_it_has_words(language: Language) -> None:
    words = _words(language)
    for kind in WitnessKind:
        for verdict in WitnessVerdict:
            said = words.fact(SeenFact.of("witness_dumb", source=f"{kind.value} a", verdict=verdict.value))
            assert "_" not in said


def test_a_witness_is_told_in_vietnamese() -> None:
    words = _words(Language.VIETNAMESE)
    told = words.fact(SeenFact.of("witness", source="server 10.0.0.1", offset_s=-0.02))
    assert told == "máy chủ thời gian 10.0.0.1: lệch -0,02 giây"
    told = words.fact(SeenFact.of("witness_dumb", source="kernel", verdict="unsynchronised"))
    assert told == "bộ đồng bộ của hệ điều hành: không dùng được (chưa đồng bộ)"
