"""`/api/v1` under tokens: made in the console, shown once, and seeing only what their officer sees."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from cases.model import OfficerRole, Subject
from storage.api_tokens import ApiScope, make
from tests.web.console.case_kit import STORY, report
from tests.web.console.desk import Clerk, Console, browsing
from tests.web.visitor import Answer

ALL = list(ApiScope)


@asynccontextmanager
async def calling(console: Console, name: str = "handler", scopes: list[ApiScope] = ALL) -> AsyncIterator[Caller]:
    """Another system with a token of this officer."""
    token = console.run(lambda unit: make(unit, console.officers[name], "cổng tỉnh", scopes, 30))
    async with browsing() as http:
        yield Caller(http, console.url, token)


class Caller:
    """Another system."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self.http, self.url, self.token = http, url, token

    async def get(self, path: str, **headers: str) -> Answer:
        """One call."""
        sent = {"authorization": f"Bearer {self.token}", **headers}
        async with self.http.get(f"{self.url}/api/v1/{path}", headers=sent) as got:
            return Answer(got.status, got.headers, await got.read())


async def made(clerk: Clerk, **form: object) -> Answer:
    """Make a token on the page."""
    return await clerk.post("/console/tokens", {"name": "cổng", "scopes": ["cases:read"], "days": "30", **form})


async def test_a_token_is_shown_once(own: Console) -> None:
    """The page that made it shows it, the next one only how it begins."""
    async with own.clerk("handler") as clerk:
        page = await made(clerk)
        found = re.search(r"hoiam_[\w-]{43}", page.text)
        again = await clerk.get("/console/tokens")
    assert found
    assert found[0] not in again.text
    assert found[0][:12] in again.text


async def test_a_token_lies_nowhere_in_clear(own: Console) -> None:
    """Neither it nor its name is in the database's file."""
    async with own.clerk("handler") as clerk:
        page = await made(clerk, name="CổngBíMậtQzk")
    token = re.search(r"hoiam_[\w-]{43}", page.text)
    raw = b"".join(path.read_bytes() for path in own.stage.folder.rglob("*") if path.is_file())
    assert token
    assert token[0].encode() not in raw
    assert "CổngBíMậtQzk".encode() not in raw


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": " "}, "Cần đặt tên"),
        ({"scopes": []}, "Cần chọn"),
        ({"days": "0"}, "Thời hạn"),
        ({"days": "x"}, "Thời hạn"),
    ],
)
async def test_a_mistake_is_said_beside_its_field(own: Console, form: dict[str, object], said: str) -> None:
    """No token is made."""
    async with own.clerk("handler") as clerk:
        answer = await made(clerk, **form)
    assert (answer.status, said in answer.text, "hoiam_" in answer.text) == (422, True, False)


async def test_cases_as_their_officer_sees_them(own: Console) -> None:
    """The desk reads the text; for a union's officer there is no case."""
    case = report(own)
    async with calling(own) as desk, calling(own, "union") as union:
        (row,) = (await desk.get("cases")).json["cases"]
        assert (row["code"], row["text"]) == (case.code, STORY)
        assert (await union.get("cases")).json == {"cases": [], "next": None}


async def test_a_foreign_case_answers_like_a_missing_one(own: Console) -> None:
    """Status, body and headers tell nothing."""
    case = report(own)
    async with calling(own, "union") as union:
        foreign, missing = await union.get(f"cases/{case.code}"), await union.get("cases/PA-2026-999999")
    assert foreign.status == missing.status == 404
    assert foreign.body == missing.body


async def test_one_case_by_its_number(own: Console) -> None:
    """As in the list."""
    case = report(own)
    async with calling(own) as desk:
        assert (await desk.get(f"cases/{case.code}")).json["code"] == case.code


async def test_pages_follow_one_another(own: Console) -> None:
    """Every case once; the cursor is opaque and cannot be changed."""
    codes = [report(own, who=f"r{number}").code for number in range(3)]
    async with calling(own) as desk:
        first = (await desk.get("cases?limit=2")).json
        second = (await desk.get(f"cases?limit=2&after={first['next']}")).json
        assert sorted(row["code"] for row in first["cases"] + second["cases"]) == codes
        assert second["next"] is None
        assert (await desk.get(f"cases?after=x{first['next']}")).status == 422


@pytest.mark.parametrize("query", ["since=gestern", "state=lost", "limit=0", "limit=201", "after=AAAA", "limit=-1"])
async def test_what_cannot_be_read_is_said(own: Console, query: str) -> None:
    """422 with a code for programs and a sentence for people."""
    async with calling(own) as desk:
        answer = await desk.get(f"cases?{query}")
    assert (answer.status, answer.json["error"]) == (422, "unreadable")


async def test_no_token_no_answer(own: Console) -> None:
    """Nor for a made-up one, in the language asked for."""
    async with browsing() as http:
        for token in ("", "hoiam_" + "x" * 43, "x"):
            answer = await Caller(http, own.url, token).get("cases", **{"accept-language": "en"})
            assert (answer.status, answer.json["error"]) == (401, "unauthorized")
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "token" in answer.json["say"]


async def test_a_scope_opens_its_part_only(own: Console) -> None:
    """A token for figures reads no cases."""
    async with calling(own, scopes=[ApiScope.FIGURES]) as caller:
        assert [(await caller.get(path)).status for path in ("figures", "cases", "publications")] == [200, 403, 403]


async def test_a_token_ends(own: Console) -> None:
    """With its time."""
    async with calling(own) as caller:
        own.clock.move(days=31)
        assert (await caller.get("cases")).status == 401


async def test_a_revoked_token_opens_nothing(own: Console) -> None:
    """At once; somebody else cannot revoke it."""
    async with calling(own) as caller, own.clerk("handler") as owner, own.clerk("colleague") as other:
        page = await owner.get("/console/tokens")
        found = re.search(r'name="token" value="(\w+)"', page.text)
        assert found
        assert (await other.post("/console/tokens/revoke", {"token": found[1]})).status == 404
        assert (await caller.get("cases")).status == 200
        await owner.post("/console/tokens/revoke", {"token": found[1]})
        assert (await caller.get("cases")).status == 401


async def test_a_token_ends_with_its_officer(own: Console) -> None:
    """A closed account reads nothing."""
    async with calling(own) as caller:

        def close(unit):  # type: ignore[no-untyped-def]
            officer = unit.people.officer(own.officers["handler"].id)
            officer.active = False
            unit.people.save_officer(officer)

        own.run(close)
        assert (await caller.get("cases")).status == 401


async def test_a_token_sees_what_its_officer_sees_now(own: Console) -> None:
    """Who becomes an administrator reads no cases from that moment on."""
    report(own)
    async with calling(own) as caller:

        def promote(unit):  # type: ignore[no-untyped-def]
            officer = unit.people.officer(own.officers["handler"].id)
            officer.roles = (OfficerRole.ADMIN,)
            unit.people.save_officer(officer)

        own.run(promote)
        assert (await caller.get("cases")).json["cases"] == []


async def test_the_last_use_is_noted(own: Console) -> None:
    """So that forgotten tokens can be told from used ones."""
    async with calling(own) as caller, own.clerk("handler") as owner:
        assert "chưa dùng" in (await owner.get("/console/tokens")).text
        await caller.get("cases")
        assert "chưa dùng" not in (await owner.get("/console/tokens")).text


async def test_too_many_calls_wait(own: Console) -> None:
    """120 a minute for one token."""
    async with calling(own, scopes=[ApiScope.PUBLICATIONS]) as caller:
        statuses = [(await caller.get("cases")).status for _ in range(121)]
        answer = await caller.get("cases")
    assert (set(statuses[:120]), answer.status) == ({403}, 429)
    assert int(answer.headers["retry-after"]) >= 1


async def test_figures_count_what_may_be_counted(own: Console) -> None:
    """The desk counts its road; what waits for the conflict check is in nobody else's figures."""
    report(own)
    report(own, who="other", subject=Subject.OFFICIAL, topic="official.attitude", posts=("khac",))
    async with calling(own) as desk, calling(own, "follow_up") as watcher:
        mine, theirs = (await desk.get("figures")).json, (await watcher.get("figures")).json
    assert (mine["counts"]["intake"], theirs["counts"]["intake"]) == (2, 1)
    assert mine["since"] == "2026-01-01"


async def test_nothing_is_published_yet(own: Console) -> None:
    """The board's results, as everybody may read them."""
    async with calling(own) as caller:
        assert (await caller.get("publications")).json == {"publications": [], "next": None}


async def test_the_document_declares_the_token(own: Console) -> None:
    """Each address says which proof it wants."""
    async with browsing() as http, http.get(f"{own.url}/openapi.json") as got:
        document = await got.json()
    assert document["components"]["securitySchemes"]["apiToken"]["scheme"] == "bearer"
    said = {path: ways["get"]["security"] for path, ways in document["paths"].items() if path.startswith("/api/v1/")}
    assert set(said) == {"/api/v1/cases", "/api/v1/cases/{code}", "/api/v1/figures", "/api/v1/publications"}
    assert all(security == [{"apiToken": []}] for security in said.values())
