"""Names, leftovers and denials: what all uplinks share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.errors import DestinationRejected
from gateway.core.interfaces import Parcel, Refused
from gateway.uplinks.publish import (
    PROBE,
    Act,
    Denials,
    Denied,
    ancestors,
    join,
    leftovers,
    name_to_try,
    one_line,
    temporary_name,
)

NAME = "HN_ABCD_NUO001_20260101000500.txt"


def test_the_receiver_overlooks_a_temporary_name_by_both_of_its_rules() -> None:
    name = temporary_name(NAME)
    assert not name.endswith(".txt")
    assert not name.rpartition("_")[2][:8].isdigit()
    assert not name.startswith(".")


def test_the_receiver_overlooks_the_name_of_a_trial_and_its_leftovers_are_known() -> None:
    tried = name_to_try()
    assert not tried.endswith(".txt")
    assert not tried.rpartition("_")[2].partition(".")[0].isdigit()
    uploaded = temporary_name(tried)
    assert leftovers([tried, f"/NUO001/{uploaded}", "a.txt"]) == {PROBE: [tried, uploaded]}


def test_temporary_names_differ_per_attempt() -> None:
    assert len({temporary_name(NAME) for _ in range(100)}) == 100


@given(st.lists(st.from_regex(r"[A-Za-z0-9_.-]{1,40}", fullmatch=True), unique=True))
def test_leftovers_are_found_by_the_name_they_were_meant_for(names: list[str]) -> None:
    temporaries = {name: temporary_name(name) for name in names}
    listing = [*(f"/NUO001/2026/{temporary}" for temporary in temporaries.values()), NAME, "a.part", "upload-.part"]
    assert leftovers(listing) == {name: [temporary] for name, temporary in temporaries.items()}


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("", ""), ""),
        (("", "2026/01"), "2026/01"),
        (("/", "2026"), "/2026"),
        (("/NUO001", ""), "/NUO001"),
        (("/NUO001/", "2026/01", "a.txt"), "/NUO001/2026/01/a.txt"),
        (("data", "a.txt"), "data/a.txt"),
    ],
)
def test_join(parts: tuple[str, ...], path: str) -> None:
    assert join(*parts) == path


@pytest.mark.parametrize(
    ("path", "above"), [("/a/b", ["/a", "/a/b"]), ("a/b", ["a", "a/b"]), ("/", []), (".", ["."]), ("", [])]
)
def test_ancestors(path: str, above: list[str]) -> None:
    assert ancestors(path) == above


def test_a_servers_words_become_one_printable_line_without_our_password() -> None:
    assert one_line("530-No\r\n530 \x1b[31mgeheim\x00 is wrong", "geheim") == "530-No 530 [31m*** is wrong"
    assert len(one_line("x" * 10_000)) == 300


def test_one_denial_in_a_folder_that_takes_others_is_the_files_fault() -> None:
    denials = Denials("here")
    denials.denied(Denied(Parcel("day", "bad.txt", b""), "550 no"))
    denials.taken("day")
    (refused,) = denials.verdicts()
    assert isinstance(refused, Refused)
    assert refused.parcel.name == "bad.txt"
    assert "550 no" in refused.reason
    assert list(denials.verdicts()) == []


def test_denials_in_a_folder_that_takes_nothing_are_the_destinations_fault() -> None:
    denials = Denials("here")
    denials.taken("another day")
    denials.denied(Denied(Parcel("day", "a.txt", b""), "550 no"))
    with pytest.raises(DestinationRejected, match="here: may not write into the folder day .*550 no"):
        list(denials.verdicts())


def test_who_takes_only_texts_is_told_of_the_way_that_needs_no_other_name() -> None:
    denials = Denials("here")
    denials.denied(Denied(Parcel("day", "a.txt", b""), "553 a.txt_upload-0.part: Forbidden filename"))
    with pytest.raises(DestinationRejected, match="write publish: direct"):
        list(denials.verdicts())


def test_a_folder_that_denies_everything_is_given_up_early() -> None:
    denials = Denials("here")
    denials.denied(Denied(Parcel("day", "a.txt", b""), "550 no"))
    denials.denied(Denied(Parcel("day", "b.txt", b""), "550 no"))
    with pytest.raises(DestinationRejected):
        denials.denied(Denied(Parcel("day", "c.txt", b""), "550 no"))


def test_a_folder_in_which_nothing_is_renamed_is_the_destinations_fault_with_a_way_out() -> None:
    denials = Denials("here")
    denials.denied(Denied(Parcel("day", "a.txt", b""), "550 no", Act.RENAME))
    with pytest.raises(DestinationRejected, match="here: may not rename .* folder day .*550 no.*publish: direct"):
        list(denials.verdicts())
