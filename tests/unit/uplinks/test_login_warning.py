"""A password that ends soon is said by the server's welcome alone, in one of its lines."""

from __future__ import annotations

import pytest

from gateway.uplinks.login_warning import warning_in


@pytest.mark.parametrize(
    ("welcome", "warning"),
    [
        ("230 Login OK. Your password will expire in 5 days.", "230 Login OK. Your password will expire in 5 days."),
        (
            "230-Welcome.\n230-Warning: your password s3cret expires tomorrow\n230 Logged in.",
            "230-Warning: your password *** expires tomorrow",
        ),
        ("Your account expires on 2026-12-31.", "Your account expires on 2026-12-31."),
        ("Password must be changed within 3 days", "Password must be changed within 3 days"),
        ("Please change your password", "Please change your password"),
        ("Tài khoản sẽ hết hạn sau 3 ngày", "Tài khoản sẽ hết hạn sau 3 ngày"),
        ("This account will be disabled on Friday", "This account will be disabled on Friday"),
        ("230 Login successful.", ""),
        ("230-Files of this account are kept for 7 days.\n230 User nuo001 logged in", ""),
        ("230 Logged in, your password never expires", ""),
        ("Authorised use only. Do not share your password with anybody.", ""),
        ("", ""),
    ],
)
def test_what_is_of_the_end_of_the_password_is_heard(welcome: str, warning: str) -> None:
    assert warning_in(welcome, "s3cret") == warning
