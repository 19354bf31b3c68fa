"""What a person is shown of an exchange: never a secret, never a person, wherever it stands."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.uplinks.https.road_server import RoadProfile
from gateway.uplinks.https.shown_exchange import shown_exchanges
from gateway.uplinks.https.transport import HttpAnswer, SeenExchange

TOKEN = "t0k-3n-of-the-road"
ORDER = {
    "id": "L-1",
    "plate": "30E12345",
    "driver": {"name": "Nguyễn Văn A", "licence": 790123456789, "phones": ["0912345678"]},
    "note": "bà Trần Thị B đi cùng",
    "images": [{"name": "nguyen-van-a.jpg", "sha256": "ab" * 32, "content": "QUJD" * 100}],
    "signatures": [{"role": "station", "algorithm": "RS256", "certificate": "MIIC", "value": "c2ln"}],
}
PRIVATE = (
    "Nguyễn Văn A",
    "790123456789",
    "0912345678",
    "Trần Thị B",
    "nguyen-van-a",
    "QUJD",
    "MIIC",
    "c2ln",
    TOKEN,
    "k3y-of-ours",
)


def submitted(answer: HttpAnswer | None, error: str | None = None, order: dict[str, Any] = ORDER) -> dict[str, Any]:
    body = json.dumps({"orders": [order]}).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Api": "k3y-of-ours"}
    seen = SeenExchange("/api/orders", headers, body, (TOKEN,), answer, error)
    [shown] = shown_exchanges([seen], RoadProfile(headers={"X-Api": "k3y-of-ours"}))
    return shown


@pytest.mark.parametrize(
    "answer",
    [
        json.dumps(
            {"results": [{"id": "L-1", "code": 0, "order": ORDER}], "refresh_token": "another-0ne", "told": TOKEN}
        ).encode(),
        json.dumps({"results": [], "message": "driver Nguyễn Văn A, phone 0912345678"}, ensure_ascii=False).encode(),
        f"no JSON: {json.dumps(ORDER)} {TOKEN}".encode(),
        b"[" * 50_000,
        b"[" * 800 + b"]" * 800,
        b"",
    ],
)
def test_neither_request_nor_answer_shows_it(answer: bytes) -> None:
    shown = submitted(HttpAnswer(200, answer, f"https://elsewhere.example/?token={TOKEN}"))
    told = json.dumps(shown, ensure_ascii=False)
    assert not [one for one in PRIVATE if one in told or json.dumps(one)[1:-1] in told]
    assert "another-0ne" not in told
    [sent] = shown["request"]["body"]["orders"]
    assert sent.keys() == ORDER.keys()
    assert (sent["id"], sent["plate"], sent["images"][0]["sha256"]) == ("L-1", "30E12345", "ab" * 32)
    assert sent["images"][0]["content"] == "*** (400)"


def test_an_error_in_an_answers_place_does_not_either() -> None:
    shown = submitted(None, f"cut behind {TOKEN} of 0912345678")
    assert shown["answer"] is None
    assert shown["error"] == "cut behind *** of ***"


def test_a_token_that_was_given_is_hidden_where_it_is_told_again() -> None:
    answer = json.dumps({"data": {"token": "abc.def", "again": "abc.def"}}).encode()
    login = SeenExchange("/api/login", {}, b'{"u": "me", "p": "pw-pw"}', ("pw-pw",), HttpAnswer(200, answer), None)
    [shown] = shown_exchanges([login], RoadProfile())
    assert shown["request"]["body"] == {"u": "me", "p": "***"}
    assert shown["answer"]["body"]["data"] == {"token": "***", "again": "***"}
