"""Which passwords are taken, and what looking at one costs."""

from __future__ import annotations

import threading
import time

import pytest

from gateway.web.accounts.passwords import (
    MEMORY_KIB,
    MOST_WAITING,
    PASSES,
    PasswordFault,
    Passwords,
    PasswordsBusy,
    password_fault,
)


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("nước sông Hậu", None),
        ("correct horse battery", None),
        ("12 con vịt bầu", None),
        ("mười một chữ", None),
        ("ngắn quá", PasswordFault.SHORT),
        ("ướướướướ", PasswordFault.SHORT),
        ("u\u031b\u0301" * 6, PasswordFault.SHORT),  # six letters, however they are typed
        ("x" * 257, PasswordFault.LONG),
        ("ababababababab", PasswordFault.ALIKE),
        ("nguyen.van.an1", PasswordFault.NAME),
        ("nguyen.van.an123456", PasswordFault.NAME),
        ("1234567890qwerty", PasswordFault.KNOWN),
        ("password1234", PasswordFault.KNOWN),
        ("MatKhau12345678", PasswordFault.KNOWN),
        ("mật khẩu 2026", PasswordFault.KNOWN),
        ("hai dòng\nhai dòng", PasswordFault.UNSEEN),
        ("\udcff" * 12, PasswordFault.UNSEEN),
    ],
)
def test_what_guessers_try_first_is_not_taken(password: str, fault: PasswordFault | None) -> None:
    assert password_fault(password, "nguyen.van.an") is fault


def test_a_password_costs_what_owasp_asks_for() -> None:
    kept = Passwords().make("nước sông Hậu")
    assert kept.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$")
    assert MEMORY_KIB == 19 * 1024
    assert PASSES == 2


def test_right_wrong_nobodys_and_no_password_at_all() -> None:
    passwords = Passwords()
    kept = passwords.make("nước sông Hậu")
    assert passwords.is_right(kept, "nước sông Hậu")
    assert not passwords.is_right(kept, "nước sông Hồng")
    assert not passwords.is_right(None, "nước sông Hậu")
    assert not passwords.is_right("nothing of ours", "nothing of ours")
    assert passwords.make("nước sông Hậu") != kept


def test_nobodys_password_takes_as_long_as_anybodys() -> None:
    """The best of several times, so that nothing else on the machine decides."""
    passwords = Passwords()
    kept = passwords.make("nước sông Hậu")

    def best_s(of: str | None) -> float:
        times = []
        for _ in range(7):
            began = time.perf_counter()
            passwords.is_right(of, "wrong one")
            times.append(time.perf_counter() - began)
        return min(times)

    assert best_s(None) > 0.5 * best_s(kept)
    assert not passwords.is_outdated(passwords._nobodys)


def test_one_is_looked_at_at_a_time_and_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords()
    inside, most_inside = 0, 0
    go_on = threading.Event()

    class Slow:
        def verify(self, kept: str, password: bytes) -> bool:
            nonlocal inside, most_inside
            inside += 1
            most_inside = max(most_inside, inside)
            go_on.wait(20)
            inside -= 1
            return True

    monkeypatch.setattr(passwords, "_hasher", Slow())
    waiting = [threading.Thread(target=passwords.is_right, args=("kept", "one")) for _ in range(MOST_WAITING)]
    for one in waiting:
        one.start()
    deadline = time.monotonic() + 20
    while passwords._places._value and time.monotonic() < deadline:  # type: ignore[attr-defined]
        time.sleep(0.001)
    with pytest.raises(PasswordsBusy):
        passwords.is_right("kept", "one too many")
    go_on.set()
    for one in waiting:
        one.join()
    assert most_inside == 1
    assert passwords.is_right("kept", "there is room again")
