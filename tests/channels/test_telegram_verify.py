"""The webhook's gate: only the agreed secret passes, and nothing makes it stumble."""

from __future__ import annotations

import pytest

from bot.channels.base import Forged
from bot.channels.telegram import Telegram
from tests.fakes.telegram_server import FakeTelegram

SECRET = "mat-khau_2026-Abc"
NAME = "x-telegram-bot-api-secret-token"


def gate(secret: str = SECRET) -> Telegram:
    """A webhook channel with a secret."""
    return Telegram(FakeTelegram.token, webhook_secret=secret)


def refused(headers: dict[str, str], channel: Telegram | None = None) -> int:
    """The status that a forged request gets."""
    with pytest.raises(Forged) as caught:
        (channel or gate()).verify(headers, b"{}")
    return caught.value.status


def test_the_agreed_secret_passes() -> None:
    """A genuine request raises nothing."""
    gate().verify({NAME: SECRET, "x-forwarded-for": "1.2.3.4"}, b"{}")


def test_no_proof_is_401() -> None:
    """Neither without headers nor with another messenger's."""
    assert refused({}) == refused({"x-bot-api-secret-token": SECRET}) == 401


FLIPPED = [SECRET[:at] + chr(ord(SECRET[at]) ^ 1) + SECRET[at + 1 :] for at in range(len(SECRET))]
WRONG = ["", " ", SECRET[:-1], SECRET[1:], f"{SECRET}x", f" {SECRET}", SECRET.upper(), SECRET * 2]
WRONG += [
    f"{SECRET},{SECRET}",
    f"{SECRET}, {SECRET}",
    f"{SECRET}\x00",
    "bí mật",
    "\udcff",
    "\xff" * 17,
    "🔑",
    "A" * 10000,
]


@pytest.mark.parametrize("given", WRONG + FLIPPED)
def test_wrong_proof_is_403(given: str) -> None:
    """Empty, cut, longer, doubled, another case, not ASCII, or one bit off."""
    assert refused({NAME: given}) == 403


@pytest.mark.parametrize("given", ["", "x"])
def test_without_a_secret_nothing_passes(given: str) -> None:
    """A polling bot has no secret, so its webhook path is shut."""
    assert refused({NAME: given}, gate("")) == 401


def test_the_old_secret_passes_while_it_is_given() -> None:
    """Between telling Telegram the new secret and its using it, nothing is lost."""
    both = Telegram(FakeTelegram.token, webhook_secret=SECRET, old_webhook_secret="the-one-before")
    for secret in (SECRET, "the-one-before"):
        both.verify({NAME: secret}, b"")
    with pytest.raises(Forged):
        both.verify({NAME: "a-third-one"}, b"")
