"""An image is what its name says, whole, and sent no larger than the authority takes: the same picture, the right side
up."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import subprocess
import sys
import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from gateway.core.jpeg import exif_segment, jpeg_notes, jpeg_size
from gateway.core.order_faults import OrderInvalid, OrderNotNow
from gateway.orders import smaller_image
from gateway.orders.intake import OrderIntake, OrderLimits
from gateway.orders.signing import OrderSigners
from gateway.orders.smaller_image import LEAST_PX, NotMadeSmaller, SmallerImages
from tests.unit.orders.test_intake import Door, order, png
from tests.unit.orders.test_intake import door as usual_door

__all__ = ["usual_door"]

MOST = 300_000
ON_ITS_SIDE = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
"""Exif: the tag 0x0112 (orientation) is 6: what is on the right is up."""


@pytest.fixture
def door(usual_door: Door) -> Door:
    """That takes images of 300 kB, in orders of 700 kB."""
    signers = OrderSigners([usual_door.signer.settings()])
    usual_door.intake = OrderIntake(
        usual_door.store, None, signers, OrderLimits(MOST, 700_000), usual_door, lambda now: True
    )
    return usual_door


@cache
def scene(width: int = 1600, height: int = 1200, seed: int = 1) -> Any:
    """A picture with its sky above, a street below, and as much detail as a photo has."""
    generator = np.random.default_rng(seed)
    ground = np.zeros((height, width, 3), np.float32)
    ground[: height // 2] = (230, 160, 90)
    ground[height // 2 :] = (60, 70, 80)
    ground[:, : width // 8] = (40, 40, 200)
    ground += generator.normal(0, 12, ground.shape).astype(np.float32)
    return np.clip(ground, 0, 255).astype(np.uint8)


@cache
def photo(**how: Any) -> bytes:
    return cv2.imencode(".jpg", scene(**how), [cv2.IMWRITE_JPEG_QUALITY, 97])[1].tobytes()


def turned(content: bytes) -> bytes:
    return content[:2] + exif_segment(ON_ITS_SIDE) + content[2:]


def seen(content: bytes) -> Any:
    """As a person sees it: turned as it says."""
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


def sent(door: Door, name: str, content: bytes, **members: Any) -> tuple[str, bytes]:
    door.images[name] = content
    (one,) = door.document(door.submit(order(images=[name], **members)))["images"]
    return one["name"], base64.b64decode(one["content"])


def alike(first: bytes, second: bytes) -> bool:
    small = [cv2.resize(seen(one), (64, 48), interpolation=cv2.INTER_AREA).astype(int) for one in (first, second)]
    return bool(np.abs(small[0] - small[1]).mean() < 3)


@pytest.mark.parametrize("is_turned", [False, True])
def test_a_photo_that_is_too_large_is_sent_smaller_and_looks_the_same(door: Door, is_turned: bool) -> None:
    content = turned(photo()) if is_turned else photo()
    name, smaller = sent(door, "front.jpg", content)
    size = jpeg_size(smaller)
    assert len(content) > MOST >= len(smaller)
    assert name == "front.jpg"
    assert size is not None
    assert max(size.width, size.height) >= LEAST_PX
    assert alike(content, smaller)
    assert seen(smaller).shape[0] > seen(smaller).shape[1] if is_turned else True
    assert jpeg_notes(smaller) == jpeg_notes(content)


def test_what_it_was_is_kept_by_its_hash(door: Door) -> None:
    content = photo()
    _, smaller = sent(door, "front.jpg", content)
    found = door.store.find("L-1")
    assert found is not None
    (kept,) = door.store.images(found)
    assert (kept.original_sha256, kept.original_size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (kept.sent_sha256, kept.sent_size) == (hashlib.sha256(smaller).hexdigest(), len(smaller))


def test_an_image_that_fits_is_sent_to_the_byte(door: Door) -> None:
    content = turned(photo(width=640, height=480))
    assert len(content) <= MOST
    assert sent(door, "front.jpeg", content) == ("front.jpeg", content)


def test_a_drawing_becomes_a_photo_that_says_so_and_what_shone_through_is_white(door: Door) -> None:
    picture = np.dstack([scene(), np.full((1200, 1600), 255, np.uint8)])
    picture[:400, :, 3] = 0
    name, smaller = sent(door, "front.PNG", cv2.imencode(".png", picture)[1].tobytes())
    assert (name, len(smaller) <= MOST) == ("front.PNG.jpg", True)
    assert seen(smaller)[5, 5].min() > 240
    assert seen(smaller)[-5, -5].max() < 150


def test_a_drawing_that_says_which_side_is_up_is_seen_so(door: Door) -> None:
    content = cv2.imencode(".png", scene())[1].tobytes()
    chunk = b"eXIf" + ON_ITS_SIDE
    head = content[:33] + struct.pack(">I", len(ON_ITS_SIDE)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    _, smaller = sent(door, "front.png", head + content[33:])
    assert seen(smaller).shape[0] > seen(smaller).shape[1]
    assert seen(smaller)[5, seen(smaller).shape[1] // 2, 2] > 150  # the red of its left is above


@pytest.mark.parametrize("most", [40_000, 4_000])
def test_where_it_cannot_be_otherwise_it_is_smaller_than_one_would_like(most: int) -> None:
    made = SmallerImages()(photo(), most)
    assert most // 8 < len(made) <= most


def test_photos_of_an_order_are_made_so_small_that_it_fits_into_one_request(door: Door) -> None:
    names = [f"{number}.jpg" for number in range(5)]
    door.images |= {name: photo(seed=number) for number, name in enumerate(names)}
    taken = door.submit(order(images=names))
    assert 400_000 < taken.order.size <= 700_000
    assert [one["name"] for one in door.document(taken)["images"]] == names


def test_the_same_order_again_is_known_by_its_photos_and_they_are_not_made_smaller_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(door, "front.jpg", photo())
    monkeypatch.setattr(smaller_image, "can_be_made_smaller", lambda: False)
    assert not door.submit(order(images=["front.jpg"])).is_new
    with pytest.raises(OrderInvalid, match="/images/0: has .* more than the 300,000 .* OpenCV, .* is not installed"):
        door.submit(order(id="L-2", images=["front.jpg"]))


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("order.exe", "MZ")
    return made.getvalue()


def bomb() -> bytes:
    small = png()
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return small[:16] + head + struct.pack(">I", zlib.crc32(b"IHDR" + head)) + small[33:]


def vast() -> bytes:
    content = photo(width=64, height=48)
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", 65_000, 65_000) + content[at + 4 :]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jpg", png(), "a.jpg is named .jpg and is a picture of the kind .png"),
        ("a.png", photo(width=64, height=48), "a.png is named .png and is a picture of the kind .jpg"),
        ("a.exe", png(), "a.exe has none of the endings .jpg, .jpeg, .png"),
        ("jpg", png(), "jpg has none of the endings"),
        ("a.jpg", zipped(), "is no whole picture"),
        ("a.jpg", photo(width=64, height=48)[:-2], "is no whole picture"),
        ("a.jpg", photo()[:600_000], "is no whole picture"),
        ("a.png", bomb(), "has 60,000 × 60,000 pixels, more than 120,000,000"),
        ("a.jpg", vast(), "has 65,000 × 65,000 pixels"),
        ("a.jpg", photo()[:600_000] + b"\xff\xd9", "has 600,002 bytes, .*is no whole picture"),
    ],
    ids=["png as jpg", "jpg as png", "program", "no ending", "zip", "no end", "cut", "bomb", "vast", "cut, and closed"],
)
def test_what_is_no_such_picture_is_refused_with_place_and_reason(
    door: Door, name: str, content: bytes, said: str
) -> None:
    door.images = {"first.png": png(), name: content}
    with pytest.raises(OrderInvalid, match=f"/images/1: {said}"):
        door.submit(order(images=["first.png", name]))
    assert door.store.find("L-1") is None


def test_a_file_that_the_reader_cannot_read_is_the_files_fault() -> None:
    content = photo()
    broken = content[:2] + content[2:].replace(b"\xff\xda", b"\xff\xdb", 1)
    with pytest.raises(NotMadeSmaller):
        SmallerImages()(broken, MOST)


def test_a_daemon_that_ends_waits_for_no_image_and_leaves_the_order_for_the_next(door: Door) -> None:
    door.intake.give_up()
    door.images["front.jpg"] = photo()
    with pytest.raises(OrderNotNow, match="the gateway ends"):
        door.submit(order(images=["front.jpg"]))


def test_whoever_takes_orders_in_loads_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "front.jpg").write_bytes(photo())
    told = f"""
import sys
from pathlib import Path
from gateway.orders import intake
from gateway.orders.smaller_image import SmallerImages
made = SmallerImages()(Path({str(tmp_path / "front.jpg")!r}).read_bytes(), {MOST})
print(0 < len(made) <= {MOST}, {{"cv2", "numpy", "av"}} & {{one.split(".")[0] for one in sys.modules}})
"""
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "True set()\n"
