"""Forms of other sites."""

from __future__ import annotations

from gateway.web.accounts.csrf import comes_from_here, form_token, is_form_of
from gateway.web.accounts.sessions import new_token

HERE = "https://station.example:8443"


def test_a_form_is_of_the_browser_that_it_was_shown_to() -> None:
    mine, yours = new_token(), new_token()
    assert is_form_of(mine, form_token(mine))
    assert not is_form_of(mine, form_token(yours))
    for brought in ("", mine, form_token(mine).upper(), "\udcff", form_token("")):
        assert not is_form_of(mine, brought)


def test_without_a_token_no_form_is_right() -> None:
    assert not is_form_of("", form_token(""))
    assert not is_form_of("", "")


def test_the_word_of_a_form_does_not_give_the_token_away() -> None:
    token = new_token()
    assert token not in form_token(token)


def test_a_browser_tells_where_a_form_was_sent_from() -> None:
    assert comes_from_here({"origin": HERE, "sec-fetch-site": "same-origin"}, HERE)
    assert comes_from_here({"origin": "https://STATION.example:8443"}, HERE)
    assert comes_from_here({}, HERE)  # a program, or a browser of before 2020: the word decides


def test_a_form_from_anywhere_else_is_refused() -> None:
    for origin in ("null", "", "https://evil.example", "http://station.example:8443", "https://station.example"):
        assert not comes_from_here({"origin": origin}, HERE)
    for site in ("cross-site", "same-site", "none", ""):
        assert not comes_from_here({"origin": HERE, "sec-fetch-site": site}, HERE)
