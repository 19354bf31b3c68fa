"""Every code of the authority's guide has a meaning in both languages, and what follows from it."""

from __future__ import annotations

import pytest

from gateway.config import Language
from gateway.core.order_codes import CodeRemedy, code_meaning, code_remedy, known_codes
from gateway.texts.phrases import said

OF_THE_GUIDE = (
    *(400, 401, 403, 404, 405, 408, 415, 500, 501, 503, 505),
    *range(20001, 20008),
    *range(30001, 30007),
)


@pytest.mark.parametrize("code", OF_THE_GUIDE)
def test_each_code_of_the_guide_says_what_it_means_in_both_languages(code: int) -> None:
    assert code in known_codes()
    meaning = code_meaning(code)
    assert said(meaning, Language.VIETNAMESE) != meaning


def test_meanings_differ() -> None:
    meanings = [code_meaning(code) for code in known_codes()]
    assert len(set(meanings)) == len(meanings)


@pytest.mark.parametrize(
    ("codes", "remedy"),
    [
        ((401,), CodeRemedy.LOG_IN_AGAIN),
        ((408, 429, *range(500, 600)), CodeRemedy.TRY_AGAIN),
        ((400, 403, 404, 405, 415, *range(20001, 20008), *range(30001, 30007), 77777, 1), CodeRemedy.REPAIR),
    ],
)
def test_what_is_tried_again_and_what_a_person_repairs(codes: tuple[int, ...], remedy: CodeRemedy) -> None:
    """The authority's guide: log in again once; 408, 5xx: after a pause; what is about the order or about us: set
    aside."""
    assert [code_remedy(code) for code in codes] == [remedy] * len(codes)


def test_of_each_code_of_the_guide_it_is_known_what_follows() -> None:
    assert {code for code in OF_THE_GUIDE if code_remedy(code) is CodeRemedy.TRY_AGAIN} == {408, 500, 501, 503, 505}
