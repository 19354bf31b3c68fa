"""A picture is told from what only bears its name, and a whole one from one that was cut off."""

from __future__ import annotations

import random

import pytest

from gateway.core.jpeg import PictureSize, jpeg_size, with_usual_head
from tests.support.photo import photo, telephones

PICTURE = photo()


@pytest.mark.parametrize("content", [PICTURE, telephones(PICTURE), PICTURE + b"\x00" * 100])
def test_a_picture_has_a_size(content: bytes) -> None:
    assert jpeg_size(content) == PictureSize(160, 120)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff\xd9", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, b"<svg/>", b"\xff\xd8" + b"\xff" * 999]
)
def test_anything_else_has_none(content: bytes) -> None:
    assert jpeg_size(content) is None


def test_no_beginning_of_a_picture_is_one() -> None:
    assert not [at for at in range(len(PICTURE)) if jpeg_size(PICTURE[:at]) is not None]


def test_whatever_is_in_a_file_only_a_size_or_nothing_comes_of_it() -> None:
    chosen = random.Random(1)
    for _ in range(2_000):
        content = bytearray(telephones(PICTURE)[:1500])
        for _ in range(chosen.randrange(1, 8)):
            content[chosen.randrange(len(content))] = chosen.randrange(256)
        size = jpeg_size(bytes(content))
        assert size is None or (size.width > 0 and size.height > 0)


def test_what_no_office_would_know_as_a_picture_gets_a_head() -> None:
    bare = PICTURE[:2] + PICTURE[20:]
    assert jpeg_size(bare) == PictureSize(160, 120)
    assert with_usual_head(bare) == PICTURE
    assert with_usual_head(PICTURE) == PICTURE
    assert with_usual_head(telephones(PICTURE)) == telephones(PICTURE)
