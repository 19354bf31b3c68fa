"""What is refused in `destinations`, apart from secrets.

Each row: what is changed in a valid file, and what loading then says, to the letter.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.wording import STATION, edited, faults

DESTINATIONS = STATION[STATION.index("destinations:") :]
HOST_KEY = '    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"\n'
PASSWORD = "    password: {env: SO_TNMT}\n"
URL = "sftp://nuo001@ftp.example.vn/NUO001"
FAULTS: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "scheme_unknown": (
        [(URL, "http://nuo001@ftp.example.vn/")],
        [
            (
                "gateway.yaml:26: destinations.so-tnmt.url: has an unknown protocol before ://; use one of sftp, "
                "ftps, ftps-implicit, ftp, mqtts, wss, ws, mqtt, https"
            )
        ],
    ),
    "url_without_scheme": (
        [(URL, "ftp.example.vn")],
        ["gateway.yaml:26: destinations.so-tnmt.url: is not a URL; write it as sftp://user@host/folder"],
    ),
    "url_without_user": (
        [(URL, "sftp://ftp.example.vn/NUO001")],
        ["gateway.yaml:26: destinations.so-tnmt.url: names no user; write it as sftp://user@host/folder"],
    ),
    "url_without_host": (
        [(URL, "sftp://nuo001@/NUO001")],
        ["gateway.yaml:26: destinations.so-tnmt.url: names no host; write it as sftp://user@host/folder"],
    ),
    "url_with_bad_port": (
        [(URL, "sftp://nuo001@ftp.example.vn:port/")],
        [
            (
                "gateway.yaml:26: destinations.so-tnmt.url: is not a URL with a host and a port; write it as "
                "sftp://user@host/folder"
            )
        ],
    ),
    "url_with_large_port": (
        [(URL, "sftp://nuo001@ftp.example.vn:99999/")],
        [
            (
                "gateway.yaml:26: destinations.so-tnmt.url: is not a URL with a host and a port; write it as "
                "sftp://user@host/folder"
            )
        ],
    ),
    "url_with_port_zero": (
        [(URL, "sftp://nuo001@ftp.example.vn:0/")],
        ["gateway.yaml:26: destinations.so-tnmt.url: has the port 0; leave the port out for the usual one"],
    ),
    "url_with_query": (
        [(URL, "sftp://nuo001@ftp.example.vn/a?b")],
        [
            (
                "gateway.yaml:26: destinations.so-tnmt.url: has a ? or # in it; write %3F or %23 if the folder's "
                "name really has one"
            )
        ],
    ),
    "url_climbs": (
        [(URL, "sftp://nuo001@ftp.example.vn/../x")],
        [
            (
                "gateway.yaml:26: destinations.so-tnmt.url: has an empty part, '.' or '..' in its folder; write "
                "the folder plainly, such as /NUO001"
            )
        ],
    ),
    "url_with_line_break": (
        [(URL, "sftp://nuo001%0D%0ADELE@ftp.example.vn/")],
        [
            (
                "gateway.yaml:26: destinations.so-tnmt.url: has control characters in its user; write it as "
                "sftp://user@host/folder"
            )
        ],
    ),
    "url_with_broken_address": (
        [(URL, "sftp://nuo001@[::1/")],
        [
            (
                "gateway.yaml:26: destinations.so-tnmt.url: is not a URL with a host and a port; write it as "
                "sftp://user@host/folder"
            )
        ],
    ),
    "url_without_value": (
        [(URL, "")],
        ["gateway.yaml:26: destinations.so-tnmt.url: is not a URL; write it as sftp://user@host/folder"],
    ),
    "host_key_missing": (
        [(HOST_KEY, "")],
        [
            (
                'gateway.yaml:24: destinations.so-tnmt.host_key: is missing; add host_key: "SHA256:…", as the '
                "authority gives it or ssh-keygen -lf shows it"
            )
        ],
    ),
    "host_key_short": (
        [(HOST_KEY, '    host_key: "SHA256:AAAA"\n')],
        [
            (
                'gateway.yaml:28: destinations.so-tnmt.host_key: is not a fingerprint; write "SHA256:" and 43 '
                "characters, as ssh-keygen -lf shows it, without = at the end"
            )
        ],
    ),
    "host_key_padded": (
        [(HOST_KEY, '    host_key: "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8="\n')],
        [
            (
                'gateway.yaml:28: destinations.so-tnmt.host_key: is not a fingerprint; write "SHA256:" and 43 '
                "characters, as ssh-keygen -lf shows it, without = at the end"
            )
        ],
    ),
    "host_key_md5": (
        [(HOST_KEY, '    host_key: "MD5:16:27:ac:a5"\n')],
        [
            (
                'gateway.yaml:28: destinations.so-tnmt.host_key: is not a fingerprint; write "SHA256:" and 43 '
                "characters, as ssh-keygen -lf shows it, without = at the end"
            )
        ],
    ),
    "host_key_of_ftps": (
        [(URL, "ftps://nuo001@ftp.example.vn/")],
        [
            (
                "gateway.yaml:28: destinations.so-tnmt.host_key: means nothing to ftps; remove it: it pins the key "
                "of an SFTP server"
            )
        ],
    ),
    "credentials_missing": (
        [(PASSWORD, "")],
        [
            (
                "gateway.yaml:24: destinations.so-tnmt.password: is missing; add password: {file: …} or {env: …}, "
                "or key: {file: …}"
            )
        ],
    ),
    "password_missing_for_ftps": (
        [(URL, "ftps://nuo001@ftp.example.vn/"), (HOST_KEY, ""), (PASSWORD, "")],
        ["gateway.yaml:24: destinations.so-tnmt.password: is missing; add password: {file: …} or {env: …}"],
    ),
    "key_of_ftps": (
        [(URL, "ftps://nuo001@ftp.example.vn/"), (HOST_KEY, "    key: {file: /nowhere}\n")],
        [
            (
                "gateway.yaml:28: destinations.so-tnmt.key: means nothing to ftps; remove it; write password: "
                "{file: …} or {env: …}"
            )
        ],
    ),
    "ca_of_sftp": (
        [(HOST_KEY, HOST_KEY + "    ca: /etc/ca.pem\n")],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.ca: means nothing to sftp; remove it: it is for the "
                "certificates of ftps, ftps-implicit, https, mqtts and wss"
            )
        ],
    ),
    "ca_relative": (
        [(URL, "ftps://nuo001@ftp.example.vn/"), (HOST_KEY, "    ca: ca.pem\n")],
        ["gateway.yaml:28: destinations.so-tnmt.ca: is not an absolute path; write the whole path, beginning with /"],
    ),
    "ca_of_plain_ftp": (
        [(URL, "ftp://nuo001@ftp.example.vn/"), (HOST_KEY, "    ca: /nowhere/ca.pem\n")],
        [
            (
                "gateway.yaml:28: destinations.so-tnmt.ca: means nothing to ftp; remove it: it is for the "
                "certificates of ftps, ftps-implicit, https, mqtts and wss"
            )
        ],
    ),
    "folder_with_minutes": (
        [(HOST_KEY, HOST_KEY + '    folder: "%Y/%M"\n')],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.folder: '%Y/%M' is not a folder pattern; write parts of "
                "letters, digits, '-', '_', '.' and the codes %Y %m %d %H %y %j, joined by single slashes, such as "
                "%Y/%m/%d"
            )
        ],
    ),
    "folder_of_no_receiver": (
        [(HOST_KEY, HOST_KEY + "    folder: YYYY/DD/MM\n")],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.folder: 'YYYY/DD/MM' is none of the receiver's layouts; these "
                "are YYYY/MM/DD, YYYY/ThangMM/NgayDD, YYYYMMDD, YYYY/ThangMM/YYYYMMDD, YYYY-MM-DD, "
                "YYYY/ThangMM/DDMMYYYY, YYYY_MM_DD, YYYY/MM/DDMMYYYY; or use %Y %m %d %H %y %j"
            )
        ],
    ),
    "symbols_of_no_parameter": (
        [(HOST_KEY, HOST_KEY + "    symbols: {CODD: CODd, Flow: omit}\n")],
        ["gateway.yaml:29: destinations.so-tnmt.symbols.CODD: there is no parameter 'CODD'; did you mean COD?"],
    ),
    "symbols_that_meet": (
        [(HOST_KEY, HOST_KEY + "    symbols: {COD: Flow}\n")],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.symbols.COD: two lines would bear the symbol 'Flow'; give each "
                "line its own"
            )
        ],
    ),
    "symbols_with_a_space": (
        [(HOST_KEY, HOST_KEY + '    symbols: {COD: "C D"}\n')],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.symbols.COD: 'C D' is empty or has spaces or control "
                "characters; write it without: it stands between TABs in the authority's file"
            )
        ],
    ),
    "folder_climbs": (
        [(HOST_KEY, HOST_KEY + '    folder: "../%Y"\n')],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.folder: '../%Y' is not a folder pattern; write parts of "
                "letters, digits, '-', '_', '.' and the codes %Y %m %d %H %y %j, joined by single slashes, such as "
                "%Y/%m/%d"
            )
        ],
    ),
    "folder_absolute": (
        [(HOST_KEY, HOST_KEY + '    folder: "/%Y"\n')],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.folder: '/%Y' is not a folder pattern; write parts of "
                "letters, digits, '-', '_', '.' and the codes %Y %m %d %H %y %j, joined by single slashes, such as "
                "%Y/%m/%d"
            )
        ],
    ),
    "folder_with_empty_part": (
        [(HOST_KEY, HOST_KEY + '    folder: "%Y//%m"\n')],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.folder: '%Y//%m' is not a folder pattern; write parts of "
                "letters, digits, '-', '_', '.' and the codes %Y %m %d %H %y %j, joined by single slashes, such as "
                "%Y/%m/%d"
            )
        ],
    ),
    "folder_with_accent": (
        [(HOST_KEY, HOST_KEY + '    folder: "%Y/Tháng%m"\n')],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.folder: '%Y/Tháng%m' is not a folder pattern; write parts "
                "of letters, digits, '-', '_', '.' and the codes %Y %m %d %H %y %j, joined by single slashes, such "
                "as %Y/%m/%d"
            )
        ],
    ),
    "interval_shorter_than_the_slot": (
        [(HOST_KEY, HOST_KEY + "    interval: 1min\n")],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.interval: 1min does not fit slots of 5min; write a multiple "
                "of the slot that divides an hour: 5min or 60min"
            )
        ],
    ),
    "interval_does_not_divide_an_hour": (
        [(HOST_KEY, HOST_KEY + "    interval: 25min\n")],
        [
            (
                "gateway.yaml:29: destinations.so-tnmt.interval: 25min does not fit slots of 5min; write a "
                "multiple of the slot that divides an hour: 5min or 60min"
            )
        ],
    ),
    "interval_too_long": (
        [(HOST_KEY, HOST_KEY + "    interval: 2h\n")],
        ["gateway.yaml:29: destinations.so-tnmt.interval: 2h is out of bounds; write 10s to 1h"],
    ),
    "authority_misspelt": (
        [("authority: province", "authority: provnce")],
        [
            (
                "gateway.yaml:25: destinations.so-tnmt.authority: is none of the choices; write 'province', 'ministry' "
                "or 'road'; did you mean province?"
            )
        ],
    ),
    "name_twice": (
        [(DESTINATIONS, DESTINATIONS + DESTINATIONS.removeprefix("destinations:\n"))],
        ["gateway.yaml:29: destinations.so-tnmt.name: the name 'so-tnmt' stands twice; give each destination its own"],
    ),
    "name_with_space": (
        [("name: so-tnmt", "name: so tnmt")],
        [
            (
                "gateway.yaml:24: destinations.so tnmt.name: 'so tnmt' is not usable as a name; use 1 to 64 "
                "letters, digits, '-', '_' or '.': names stand in logs and on the command line"
            )
        ],
    ),
    "key_misspelt": (
        [(HOST_KEY, HOST_KEY + "    intervall: 5min\n")],
        ["gateway.yaml:29: destinations.so-tnmt.intervall: is an unknown key; did you mean interval?"],
    ),
    "without_value": (
        [(DESTINATIONS, "destinations:\n")],
        ["gateway.yaml:23: destinations: has no value; write it as [first, second], or as lines that begin with -"],
    ),
}


@pytest.mark.parametrize(("edits", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_refuses(edits: list[tuple[str, str]], expected: list[str], tmp_path: Path) -> None:
    assert faults(edited(*edits), tmp_path) == expected
