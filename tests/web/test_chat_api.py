"""Saying things through the page's script: taken once, shown to oneself only, refused politely."""

from __future__ import annotations

import asyncio

import pytest

from cases.messages import Outgoing
from tests.web.conftest import NewVisitor
from tests.web.stage import Stage, staged
from tests.web.visitor import SAME, Visitor, visiting


async def test_words_come_back_with_an_answer(visitor: Visitor) -> None:
    """Own words and the answer are lines of the conversation, in order."""
    assert (await visitor.say("Đường hỏng")).status == 200
    lines = await visitor.lines()
    assert [(line["mine"], line["text"]) for line in lines] == [(True, "Đường hỏng"), (False, "Bot nghe: Đường hỏng")]


async def test_a_retry_is_the_same_message(visitor: Visitor) -> None:
    """The same message id twice makes one line and one answer."""
    for _ in range(2):
        assert (await visitor.say("Hai lần", key="retry-1234")).status == 200
    assert len(await visitor.lines()) == 2


async def test_retries_at_the_same_moment_are_one_message(visitor: Visitor) -> None:
    """Two quick taps that overtake each other make one message."""
    await visitor.say("mở đầu")
    await asyncio.gather(*(visitor.say("Chạm đôi", key="double-tap-1") for _ in range(5)))
    assert len(await visitor.lines()) == 4


async def test_another_session_may_use_the_same_message_id(visitor: Visitor, newcomer: NewVisitor) -> None:
    """Message ids of two browsers never collide."""
    other = await newcomer()
    for one in (visitor, other):
        await one.say("chào", key="same-key-1")
    assert [len(await one.lines()) for one in (visitor, other)] == [2, 2]


async def test_a_pressed_button_shows_its_label(visitor: Visitor) -> None:
    """The own line says what stood on the button, as the server offered it."""
    await visitor.say("/start")
    await visitor.say(choice="n1.0")
    pressed = (await visitor.lines())[2]
    assert (pressed["text"], pressed["kind"]) == ("Phản ánh mới", "press")


async def test_a_forged_choice_gets_no_label(visitor: Visitor, stage: Stage) -> None:
    """A value that was never offered is passed on, and shown as a press without words of the client."""
    await visitor.say(choice="zz.9")
    assert (await visitor.lines())[0]["text"] == "(đã bấm một nút)"
    assert stage.desk.heard[-1].choice == "zz.9"


async def test_the_deep_link_reaches_the_dialogue(visitor: Visitor, stage: Stage) -> None:
    """`start` travels with the message; alone it is the start command."""
    await visitor.say(start="xa-mau")
    heard = stage.desk.heard[-1]
    assert (heard.text, heard.start) == ("/start", "xa-mau")


async def test_a_place_reaches_the_dialogue(visitor: Visitor, stage: Stage) -> None:
    """Coordinates arrive as a place and are shown as one."""
    await visitor.say(place={"latitude": 21.59, "longitude": 105.84})
    place = stage.desk.heard[-1].place
    assert place is not None
    assert (place.latitude, place.longitude) == (21.59, 105.84)
    assert (await visitor.lines())[0]["text"] == "Vị trí: 21.59000, 105.84000"


@pytest.mark.parametrize(
    "text",
    [
        "😀🙏",
        "مرحبا",
        "e\u0302\u0301 a\u0309",
        "a\x00b\x07",
        "'; DROP TABLE chat;--",
        "<script>x</script>",
        "{{7*7}} {x}",
    ],
    ids=["emoji", "right to left", "NFD", "control", "SQL", "HTML", "braces"],
)
async def test_odd_text_comes_back_as_sent(visitor: Visitor, text: str) -> None:
    """What the person typed is stored and shown unchanged."""
    await visitor.say(text)
    assert (await visitor.lines())[0]["text"] == text


async def test_a_hundred_thousand_characters_are_taken(visitor: Visitor, stage: Stage) -> None:
    """The longest message the page allows reaches the dialogue whole."""
    assert (await visitor.say("ế" * 100_000)).status == 200
    assert len(stage.desk.heard[-1].text) == 100_000


@pytest.mark.parametrize(("text", "status"), [("a" * 100_001, 413), ("a" * 1_100_000, 413), (" \n ", 422)])
async def test_too_long_or_empty_is_said_politely(visitor: Visitor, text: str, status: int) -> None:
    """A refusal carries a sentence; nothing is stored."""
    answer = await visitor.say(text)
    assert (answer.status, bool(answer.json["say"])) == (status, True)
    assert await visitor.lines() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"message_id":"short"}',
        b'{"message_id":"12345678","text":1}',
        b'{"message_id":"12345678","text":"\\ud800"}',
        b'{"message_id":"12345678","place":{"latitude":91,"longitude":0}}',
        b'{"message_id":"12345678","extra":1}',
    ],
)
async def test_unreadable_bodies_are_422(visitor: Visitor, body: bytes) -> None:
    """No body is a server error."""
    answer = await visitor.ask("POST", "/chat/messages", data=body, headers=SAME)
    assert (answer.status, answer.json["error"]) == (422, "unreadable")


async def test_nothing_stored_is_503_and_may_be_repeated(visitor: Visitor, stage: Stage) -> None:
    """While nothing can be stored the own line is not shown either; the same message later is taken once."""
    stage.desk.busy = True
    refused = await visitor.say("khi bận", key="busy-12345")
    stage.desk.busy = False
    assert (refused.status, refused.headers["Retry-After"], await visitor.lines()) == (503, "3", [])
    await visitor.say("khi bận", key="busy-12345")
    assert len(await visitor.lines()) == 2


async def test_where_notes_are_written_apart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With a plain `accept` the own line is stored first; the retry of a refused message adds no second one."""
    with staged(tmp_path_factory.mktemp("apart"), accept_noted=None) as own:
        async with visiting(own.url) as visitor:
            own.desk.busy = True
            assert (await visitor.say("chào", key="apart-1234")).status == 503
            own.desk.busy = False
            await visitor.say("chào", key="apart-1234")
            assert [line["mine"] for line in await visitor.lines()] == [True, False]


async def test_a_flood_waits(visitor: Visitor) -> None:
    """The twenty-first message within a minute is refused with a time to wait, and not stored."""
    answers = [await visitor.say(f"tin {number}") for number in range(21)]
    assert [answer.status for answer in answers] == [200] * 20 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert len(await visitor.lines()) == 40


async def test_one_flood_does_not_touch_others(visitor: Visitor, newcomer: NewVisitor) -> None:
    """Another session is still served."""
    for number in range(21):
        await visitor.say(f"tin {number}")
    assert (await (await newcomer()).say("chào")).status == 200


async def test_nobody_sees_another_conversation(visitor: Visitor, newcomer: NewVisitor) -> None:
    """Lines, page and stream of a second browser hold nothing of the first."""
    await visitor.say("chỉ của tôi 7391")
    other = await newcomer()
    await other.say("của người khác")
    seen = [await other.get(path) for path in ("/chat", "/chat/lines?after=0", "/chat/lines?before=99999999")]
    assert not any("7391" in answer.text for answer in seen)


@pytest.mark.parametrize("change", ["other name", "later date", "no proof", "other proof", "garbage"])
async def test_a_forged_cookie_is_no_session(visitor: Visitor, change: str) -> None:
    """A changed cookie shows nothing; speaking with it begins a new, empty conversation."""
    await visitor.say("bí mật 8812")
    name, issued, proof = visitor.cookie().split(".")
    forged = {
        "other name": f"{'0' * 48}.{issued}.{proof}",
        "later date": f"{name}.{int(issued) + 1}.{proof}",
        "no proof": f"{name}.{issued}.",
        "other proof": f"{name}.{issued}.{'0' * 32}",
        "garbage": "ố..x",
    }[change]
    visitor.http.cookie_jar.clear()
    headers = {**SAME, "cookie": f"hoiam={forged}".encode().decode("latin-1")}
    assert (await visitor.ask("GET", "/chat/lines", headers=headers)).json["lines"] == []
    said = await visitor.ask("POST", "/chat/messages", data=b'{"message_id":"12345678","text":"a"}', headers=headers)
    assert "set-cookie" in said.headers
    assert "8812" not in (await visitor.get("/chat")).text


async def test_earlier_lines_come_by_the_hundred(visitor: Visitor, stage: Stage) -> None:
    """A long conversation is read backwards, without gaps."""
    await visitor.say("đầu tiên")
    session = visitor.cookie().split(".")[0]
    for number in range(150):
        await stage.desk.notify(session, Outgoing(f"tin {number}"), f"many:{session}:{number}")
    newest = (await visitor.lines())[-1]["id"]
    page = (await visitor.get(f"/chat/lines?before={newest}")).json
    rest = (await visitor.get(f"/chat/lines?before={page['lines'][0]['id']}")).json
    assert (len(page["lines"]), page["more"], len(rest["lines"]), rest["more"]) == (100, True, 51, False)


async def test_hamlets_are_those_of_the_commune(visitor: Visitor) -> None:
    """The only commune's hamlets are offered even before the first message."""
    hamlets = (await visitor.get("/chat/hamlets")).json["hamlets"]
    assert [hamlet["name"] for hamlet in hamlets] == ["Thôn 1", "Thôn 2", "Xóm Đình"]
