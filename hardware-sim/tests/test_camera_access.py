"""Whom a simulated camera lets in, and what it tells the others."""

import hashlib
import re
import socket
from collections.abc import Callable

import av
import pytest
from camera_client import PATIENCE_S, asked, take, watched

from stationsim.cameras.camera import SimulatedCamera


@pytest.mark.parametrize(("auth", "asks"), [("digest", "Digest realm="), ("basic", "Basic realm=")])
def test_who_has_no_password_is_asked_for_it_and_let_in_with_it(
    camera: Callable[..., SimulatedCamera], auth: str, asks: str
) -> None:
    one = camera(user="gw", password="geheim", auth=auth)
    refusal = asked(one)
    assert refusal.startswith("RTSP/1.0 401")
    assert asks in refusal
    with watched(one) as pictures:
        take(pictures, 3)
    with pytest.raises(av.error.HTTPUnauthorizedError), watched(one, password="wrong"):
        pass


def test_a_changed_password_is_another_one_until_the_fault_ends(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera(user="gw", password="geheim")
    one.begin("wrong_password")
    assert _digest_status(one, "geheim") == 401
    assert _digest_status(one, "geheim-changed") == 200
    one.end("wrong_password")
    assert _digest_status(one, "geheim") == 200


def _digest_status(camera: SimulatedCamera, password: str) -> int:
    with socket.create_connection(("127.0.0.1", camera.port), timeout=PATIENCE_S) as line:
        question = f"DESCRIBE {camera.url} RTSP/1.0\r\nCSeq: %d\r\n%s\r\n"
        line.sendall((question % (1, "")).encode())
        asks = dict(re.findall(r'(\w+)="([^"]*)"', line.recv(65536).decode()))
        first, second = (
            hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
            for text in (f"{camera.model.user}:{asks['realm']}:{password}", f"DESCRIBE:{camera.url}")
        )
        answer = hashlib.md5(f"{first}:{asks['nonce']}:{second}".encode(), usedforsecurity=False).hexdigest()
        login = f'username="{camera.model.user}", realm="{asks["realm"]}", nonce="{asks["nonce"]}"'
        said = f'Authorization: Digest {login}, uri="{camera.url}", response="{answer}"\r\n'
        line.sendall((question % (2, said)).encode())
        return int(line.recv(65536).split()[1])


def test_another_path_is_not_found_and_so_is_the_right_one_once_it_moved(
    camera: Callable[..., SimulatedCamera],
) -> None:
    one = camera()
    assert asked(one).startswith("RTSP/1.0 200")
    one.begin("wrong_path")
    assert asked(one).startswith("RTSP/1.0 404")
    one.end()
    assert asked(one).startswith("RTSP/1.0 200")


def test_a_camera_with_one_place_tells_the_second_viewer_453(camera: Callable[..., SimulatedCamera]) -> None:
    one = camera(connections=1)
    with watched(one) as pictures:
        take(pictures, 3)
        with pytest.raises(av.error.HTTPOtherClientError), watched(one):
            pass
        take(pictures, 3)
    one.wait_for_viewers(0)
    with watched(one) as pictures:
        take(pictures, 3)
    one.begin("busy")
    with pytest.raises(av.error.HTTPOtherClientError), watched(one):
        pass
