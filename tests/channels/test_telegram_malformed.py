"""Bodies that are not updates, and updates bent out of shape: malformed or passed over, never anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.base import Malformed
from bot.channels.telegram import Telegram
from tests.channels.telegram_kit import MAI
from tests.fakes.telegram_server import FakeTelegram

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
PATHS = [
    (kind, *rest)
    for kind in ("message", "edited_message", "my_chat_member", "callback_query")
    for rest in [(), ("chat",), ("chat", "id"), ("chat", "type"), ("from",), ("date",), ("text",), ("photo",)]
]
PATHS += [("update_id",), ("callback_query", "message"), ("callback_query", "data"), ("callback_query", "id")]
PATHS += [("message", name) for name in ("entities", "contact", "location", "document", "dice", "reply_to_message")]


def whole() -> dict[str, Any]:
    """One update of every kind we take; the parser looks at the first that is there."""
    fake = FakeTelegram()
    fake.say(MAI, "/start a")
    fake.edit(MAI, "b")
    fake.member(MAI, "member", "kicked")
    fake.press_value(MAI, "c")
    merged: dict[str, Any] = {}
    for update in fake.updates:
        merged |= update
    return merged


def bend(update: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The update of one kind with one of its values exchanged."""
    kind, *_ = path
    bent: dict[str, Any] = {"update_id": update["update_id"]} | ({kind: update[kind]} if kind in update else {})
    *above, last = path
    spot = bent
    for name in above:
        spot = spot.get(name) or {}
    spot[last] = value
    return bent


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"update_id":"x"}', b"\xff\xfe", b'{"message":{}}'])
def test_malformed_bodies(body: bytes) -> None:
    """What is not an update is malformed, and counted."""
    channel = Telegram(FakeTelegram.token)
    with pytest.raises(Malformed):
        channel.parse(body)
    assert channel.malformed == 1


def test_a_malformed_body_is_not_repeated_in_the_error() -> None:
    """The sentence of the error holds nothing the resident wrote."""
    body = json.dumps({"update_id": 1, "message": {"text": "bí mật"}}).encode()
    with pytest.raises(Malformed) as caught:
        Telegram(FakeTelegram.token).parse(body)
    assert "bí mật" not in repr(caught.value) + repr(caught.value.__cause__)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), JSON)
def test_bent_updates_raise_nothing_but_malformed(path: tuple[str, ...], value: Any) -> None:
    """Any value in any place is read, passed over, or malformed."""
    channel = Telegram(FakeTelegram.token)
    try:
        heard = list(channel.parse(json.dumps(bend(whole(), path, value)).encode()))
    except Malformed:
        heard = []
    assert len(heard) <= 1
