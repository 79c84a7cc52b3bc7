"""The spine takes any text a messenger may carry: half characters, NUL bytes, endless numbers."""

from __future__ import annotations

import pytest

from bot.clock import SteppedClock
from cases.messages import Address, Contact, Event, FileKind, FileRef, Incoming, Place
from cases.rules import Rules
from storage.work import Office
from tests.bot.test_spine import ROAD, counted, hello, said
from tests.handlers.cast import open_spine


@pytest.mark.parametrize(
    "content",
    [
        {"words": f"{ROAD} \ud83d"},
        {"words": f"{ROAD}\0\0"},
        {"words": "", "files": (FileRef(FileKind.PHOTO, "r\0", "\udc00.jpg", 4_000_000_000, "image/\0"),)},
        {"words": "", "place": Place(10.0, 106.0, "quán \ud83d")},
        {"words": "", "contact": Contact("84901234567\0", "\ud83d")},
        {"words": "", "start": "\ud83d\0"},
        {"words": "", "choice": "\ud83d\0"},
        {"words": f"/tracuu \ud83d\0 {'7' * 500}"},
        {"words": f"/lienket \ud83d\0 {'7' * 500}"},
    ],
)
async def test_half_characters_are_taken_like_any_text(
    any_office: Office, rules: Rules, clock: SteppedClock, content: dict[str, object]
) -> None:
    """Half an emoji or a NUL in any field: taken, answered, nothing kept as failed, on both databases."""
    spine, counts = counted(any_office, lambda: rules)
    await spine.accept(hello(clock, **content))  # type: ignore[arg-type]
    assert counts == {"taken": 1}


@pytest.mark.parametrize("number", ["\ud83d\0", "9" * 5000, "số 1", ""])
async def test_any_message_id_is_known_again(
    any_office: Office, rules: Rules, clock: SteppedClock, number: str
) -> None:
    """Whatever a messenger calls a message, its repeat is recognised."""
    spine, counts = counted(any_office, lambda: rules)
    for _ in range(2):
        await spine.accept(hello(clock, number=number))
    assert counts == {"taken": 1, "repeated": 1}


async def test_only_half_characters_are_changed(office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Everything that is text comes back as sent: direction marks, combining marks, control characters, markup."""
    words = f"{ROAD} \u202e \x07\x1b 👩‍👩‍👧 ế <b>{{x}}</b> '; DROP TABLE x; -- "
    await open_spine(office, rules).accept(hello(clock, f"{words}\0\ud83d"))
    chat = await office.read(lambda unit: unit.chats.load(Address("telegram", "1001")))
    assert f"{words}\ufffd\ufffd" in strings(chat.talk)


def strings(value: object) -> list[str]:
    """Every string inside a JSON value."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for one in inner for found in strings(one)]


async def test_somebody_unknown_who_leaves_is_no_error(any_office: Office, rules: Rules, clock: SteppedClock) -> None:
    """Blocking the bot before saying a word is taken in silence."""
    spine, counts = counted(any_office, lambda: rules)
    await spine.accept(Incoming(Address("telegram", "1001"), "1", clock(), Event.UNFOLLOW))
    assert counts == {"taken": 1}
    assert await said(any_office) == []
