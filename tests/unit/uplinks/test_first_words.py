"""Who answers at a port, by the first bytes."""

from __future__ import annotations

import pytest

from gateway.uplinks.first_words import Speaker, speaker_of, wrong_port


@pytest.mark.parametrize(
    ("first", "speaker"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", Speaker.SSH),
        (b"SSH-1.5-old\n", Speaker.SSH),
        (b"\x16\x03\x03\x00\x7a\x02", Speaker.TLS),
        (b"\x15\x03\x01\x00\x02\x02\x28", Speaker.TLS),
        (b"HTTP/1.1 400 Bad Request\r\n", Speaker.WEB),
        (b"<html><head>", Speaker.WEB),
        (b"220 mail.example.vn ESMTP Postfix\r\n", Speaker.MAIL),
        (b"+OK Dovecot ready.\r\n", Speaker.MAIL),
        (b"* OK IMAP4rev1\r\n", Speaker.MAIL),
        (b"\xff\xfd\x18\xff\xfd\x20", Speaker.TELNET),
        (b"220 (vsFTPd 3.0.3)\r\n", Speaker.FTP),
        (b"220-Microsoft FTP Service\r\n", Speaker.FTP),
        (b"421 too many\r\n", Speaker.FTP),
    ],
)
def test_who_speaks(first: bytes, speaker: Speaker) -> None:
    assert speaker_of(first) is speaker


@pytest.mark.parametrize("first", [b"", b"\x00\x00", b"\x16", b"\xff\xff", b"22", "Xin chào".encode()])
def test_nobody_that_is_known(first: bytes) -> None:
    assert speaker_of(first) is None


def test_the_verdict_is_one_line_whatever_was_said() -> None:
    said = str(wrong_port("ftp x:22", Speaker.SSH, b"SSH-2.0-\x1b[31mred\r\nmore\r\n"))
    assert said.isprintable()
    assert "sftp://" in said
