"""Event receivers in the console: an administrator proposes, another person agrees, anybody else sees nothing."""

from __future__ import annotations

import re

import pytest

from storage.api_hooks import Hook, hooks_of
from tests.web.console.desk import Clerk, Console
from tests.web.visitor import Answer

PATH = "/console/hooks"
FORM = {"name": "Cổng tỉnh", "url": "https://cong.example.vn/hoi-am", "events": ["case.answered"]}


async def proposed(console: Console, **form: object) -> Answer:
    """An administrator proposes a receiver."""
    async with console.clerk("admin") as admin:
        return await admin.post(f"{PATH}/propose", {**FORM, **form})


def hooks(console: Console) -> list[Hook]:
    """What is stored."""
    return list(console.run(lambda unit: hooks_of(unit, "xa-mau")))


async def decide(clerk: Clerk, hook: Hook, answer: str = "agree") -> Answer:
    """The second person's word."""
    return await clerk.post(f"{PATH}/decide", {"hook": hook.id, "answer": answer})


async def test_a_proposal_waits_and_shows_its_key_once(own: Console) -> None:
    """The signing key stands on the page that made it and on no other."""
    page = await proposed(own)
    key = re.search(r"<code>([\w-]{43})</code>", page.text)
    (hook,) = hooks(own)
    async with own.clerk("admin") as admin:
        again = await admin.get(PATH)
    assert key
    assert (hook.stage, key[1] in again.text) == ("proposed", False)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": ""}, "Cần ghi tên"),
        ({"url": "ftp://x.vn"}, "https://"),
        ({"url": "https://u:p@x.vn"}, "https://"),
        ({"events": []}, "Cần chọn"),
    ],
)
async def test_a_mistake_is_said_beside_its_field(own: Console, form: dict[str, object], said: str) -> None:
    """Nothing is stored, nothing typed is lost."""
    page = await proposed(own, **form)
    assert (page.status, said in page.text, hooks(own)) == (422, True, [])


async def test_nobody_agrees_to_the_own_proposal(own: Console) -> None:
    """Two persons; the second is told why where the first tries."""
    await proposed(own)
    async with own.clerk("admin") as admin:
        answer = await decide(admin, hooks(own)[0])
    assert (answer.status, hooks(own)[0].stage) == (409, "proposed")


@pytest.mark.parametrize("name", ["admin2", "handler", "oversight"])
async def test_a_second_person_agrees(own: Console, name: str) -> None:
    """Another administrator, the Front's desk, oversight."""
    await proposed(own)
    async with own.clerk(name) as second:
        assert "Cổng tỉnh" in (await second.get(PATH)).text
        await decide(second, hooks(own)[0])
    assert (hooks(own)[0].stage, hooks(own)[0].decided_by) == ("active", own.officers[name].id)


async def test_a_union_has_no_say(own: Console) -> None:
    """Nor does it see what waits."""
    await proposed(own)
    async with own.clerk("union") as union:
        assert "Cổng tỉnh" not in (await union.get(PATH)).text
        await decide(union, hooks(own)[0])
    assert hooks(own)[0].stage == "proposed"


async def test_a_refused_one_cannot_be_agreed_to(own: Console) -> None:
    """The first word stands."""
    await proposed(own)
    async with own.clerk("admin2") as second, own.clerk("handler") as third:
        await decide(second, hooks(own)[0], "refuse")
        assert (await decide(third, hooks(own)[0])).status == 409
    assert hooks(own)[0].stage == "refused"


async def test_an_administrator_ends_it(own: Console) -> None:
    """At once."""
    await proposed(own)
    async with own.clerk("admin2") as admin:
        await decide(admin, hooks(own)[0])
        await admin.post(f"{PATH}/end", {"hook": hooks(own)[0].id})
    assert hooks(own)[0].stage == "ended"


async def test_neither_address_nor_key_lies_in_clear(own: Console) -> None:
    """They are sealed in the database."""
    await proposed(own, url="https://rieng.example.vn/QzkDiaChi")
    raw = b"".join(path.read_bytes() for path in own.stage.folder.rglob("*") if path.is_file())
    assert b"QzkDiaChi" not in raw
