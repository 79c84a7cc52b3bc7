"""Which passwords and sign-in names are taken."""

from __future__ import annotations

import unicodedata

import pytest

from cases.passwords import login_fault, normal, password_fault, read_login, step_of

NAMES = ("Nguyễn Thị Hoa", "hoa.nguyen", "Ủy ban Mặt trận Tổ quốc Việt Nam xã Mẫu", "MTTQ xã", "xã Mẫu")


@pytest.mark.parametrize(
    "good",
    [
        "mua he gat lua vang 7 thua",
        "bon mua gio thoi dong",
        "Cây đa giếng nước sân đình",
        "tR0ng-vuon=co8cay",
        "mộtconngựađaucảtàubỏcỏ",
    ],
)
def test_a_few_unrelated_words_are_good(good: str) -> None:
    """With or without marks, spaces or capitals."""
    assert password_fault(good, NAMES) == ""


@pytest.mark.parametrize("short", ["", "a", "elevenchars"])
def test_less_than_twelve_characters_are_too_short(short: str) -> None:
    """However strange they are."""
    assert password_fault(short) == "short"


def test_more_than_256_characters_are_too_long() -> None:
    """Nobody is made to hash a novel."""
    assert password_fault("ab cd ef gh " * 30) == "long"


@pytest.mark.parametrize(
    "common",
    [
        "123456789012",
        "matkhau123456",
        "Password2026!",
        "P@ssw0rd1234",
        "qwertyuiop123",
        "aaaaaaaaaaaaaa",
        "anhyeuem2026",
        "hanoivietnam1",
        "admin@123456",
        "1q2w3e4r5t6y",
        "mattran@2026!",
        "iloveyou1234",
        "poiuytrewq12",
        "ababababababab",
        "ubnd ubnd ubnd",
    ],
)
def test_what_everybody_tries_is_refused(common: str) -> None:
    """Common words, walks over the keyboard, years and repeats do not count as length."""
    assert password_fault(common) == "common"


@pytest.mark.parametrize("named", ["nguyenthihoa88", "Nguyễn Thị Hoa!", "hoa.nguyen_abx", "1xãMẫu1MTTQxã2"])
def test_a_name_of_ones_own_is_refused(named: str) -> None:
    """The officer's, her account's, her body's or her commune's, with or without marks."""
    assert password_fault(named, NAMES) in ("named", "common")


def test_a_name_inside_a_long_password_does_no_harm() -> None:
    """Enough is left that nobody knows."""
    assert password_fault("hoa sen trang no giua dam lay mua ha", ("Hoa", "Nguyễn Thị Hoa")) == ""


def test_a_password_is_the_same_from_every_keyboard() -> None:
    """Vietnamese letters come whole or in parts."""
    assert normal(unicodedata.normalize("NFD", "giếng nước")) == normal("giếng nước")


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("hoa.nguyen", ""), ("a1c", ""), ("hoa nguyen", "login"), ("hoà", "login"), (".hoa", "login"), ("ab", "login")],
)
def test_sign_in_names_are_plain(typed: str, fault: str) -> None:
    """Easy to type on every machine."""
    assert login_fault(typed) == fault


def test_capitals_and_spaces_round_a_name_do_not_count() -> None:
    """Phones begin fields with a capital."""
    assert read_login("  Hoa.Nguyen ") == "hoa.nguyen"


def test_a_step_is_thirty_seconds() -> None:
    """RFC 6238."""
    assert (step_of(59), step_of(60)) == (1, 2)
