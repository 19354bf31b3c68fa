"""Who may read the file in which passwords' hashes lie."""

from __future__ import annotations

from pathlib import Path

from gateway.web.accounts.database import open_web_database, web_file


def test_the_accounts_are_their_owners_alone(tmp_path: Path) -> None:
    database = open_web_database(tmp_path)
    files = [one for one in tmp_path.iterdir() if one.name.startswith("web.db")]
    assert web_file(tmp_path) in files
    assert {one.stat().st_mode & 0o077 for one in files} == {0}, "its log has the same rights"
    database.close()
