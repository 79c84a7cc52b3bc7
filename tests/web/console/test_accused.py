"""What the person complained of can learn with a good account: the same pages with his case there and without it."""

from __future__ import annotations

import html
import re
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote, unquote

import pytest

from cases.model import CaseEvent
from storage.work import StoredWork
from tests.web.console.accused_house import (
    RELATIVE,
    TOPIC,
    WATCHED,
    WORD,
    House,
    addresses,
    both,
    open_houses,  # noqa: F401 - a fixture
    tells,
    token_of,
)
from tests.web.console.accused_walk import parted, walk
from tests.web.console.desk import Clerk
from tests.web.console.test_routes import routes
from tests.web.visitor import Answer


@pytest.mark.parametrize("name", WATCHED)
async def test_every_page_is_the_same_with_the_hidden_cases_and_without(houses: tuple[House, House], name: str) -> None:
    """Status, telling headers and body of every page of the console and every probing question."""
    full, empty = houses
    wrong: list[Any] = []
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(full.desk.clerk(name))
        bare = await stack.enter_async_context(empty.desk.clerk(name))
        for path in addresses(full.desk):
            answers = await there.get(path), await bare.get(path)
            texts = full.plain(answers[0]), empty.plain(answers[1])
            leaked = [word for word in tells(answers[0].text, full.hidden) if word not in unquote(path)]
            if leaked or texts[0] != texts[1] or answers[0].status >= 500:
                wrong.append((path, answers[0].status, leaked, parted(*texts)))
    assert wrong == []


async def test_whoever_may_see_them_sees_another_house(houses: tuple[House, House]) -> None:
    """The comparison would notice: to the colleague who works on the hidden cases the pages differ."""
    full, empty = houses
    told = ["/console/cases", "/console/figures?period=2026", "/console/map?period=2026", "/console/publish",
            "/console/calendar?day=2026-11-18", f"/console/cases?words={quote(WORD)}",
            f"/console/figures/list.csv?figure=topic.{TOPIC}&period=2026", "/console/cases/PA-2026-000701",
            "/console/cases/PA-2026-000001"]  # fmt: skip
    same = []
    async with full.desk.clerk("colleague") as there, empty.desk.clerk("colleague") as bare:
        for path in told:
            if full.plain(await there.get(path)) == empty.plain(await bare.get(path)):
                same.append(path)
    assert same == []


@pytest.mark.parametrize("name", WATCHED)
async def test_what_links_lead_to_is_the_same(houses: tuple[House, House], name: str) -> None:
    """A walk along every link from the first page, in both houses: the same addresses, the same answers."""
    full, empty = houses
    seen = [await walk(one, name) for one in (full, empty)]
    assert sorted(set(seen[0]) ^ set(seen[1])) == []
    assert [(path, parted(seen[0][path], seen[1][path])) for path in seen[0] if seen[0][path] != seen[1][path]] == []
    assert tells("".join(seen[0].values()), full.hidden) == []


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
@pytest.mark.parametrize("name", ["handler", RELATIVE, "contact", "follow_up", "oversight"])
async def test_exports_are_the_same(houses: tuple[House, House], name: str, form: str) -> None:
    """What is taken out holds nothing of the hidden cases, not even by their absence."""

    async def ask(who: Clerk) -> Answer:
        return await who.post("/console/export", {"form": form, "names": "1", "identity": "1", "reason": "cần gặp"})

    texts = await both(houses, name, ask)
    assert texts[0] == texts[1]
    assert tells(texts[0], houses[0].hidden) == []


@pytest.mark.parametrize("name", WATCHED)
async def test_the_interface_is_the_same(houses: tuple[House, House], name: str) -> None:
    """Cases, one case, figures: under a token of everybody from whom the cases are hidden."""
    wrong: list[Any] = []
    asked = ["cases", "cases?limit=1", f"cases?topic={TOPIC}", "cases?body=mttq_tinh", "cases/PA-2026-000701",
             "cases/PA-2026-000701?locality=xa-mau", "figures", "figures?since=2026-11-01&until=2026-11-30",
             "publications"]  # fmt: skip
    headers = []
    for one in houses:
        token = token_of(one, name)
        headers.append({"authorization": f"Bearer {token}", "accept": "application/json"})
    for path in asked:
        texts = []
        for one, sent in zip(houses, headers, strict=True):
            async with one.desk.stranger() as who:
                answer = await who.get(f"/api/v1/{path}", **sent)
                texts.append(re.sub(r'"next":"[^"]+"', '"next":"…"', one.plain(answer)))
        if texts[0] != texts[1] or tells(texts[0], houses[0].hidden):
            wrong.append((path, parted(*texts)))
    assert wrong == []


@pytest.mark.parametrize("name", WATCHED)
async def test_a_hidden_case_takes_no_form(houses: tuple[House, House], name: str) -> None:
    """Every writing address of a case answers for a hidden one as where there is none, and changes nothing."""
    full, _ = houses
    before = full.desk.run(lambda unit: [unit.cases.get(case.id) for case in full.hidden])
    wrong: list[Any] = []
    fields = {"version": "0", "seen": "0", "text": "x", "note": "x", "step": "withdraw", "reason": "x", "do": "draft"}
    for route in routes(full.desk):
        if route.method != "POST" or not re.match(r"/console/(cases|publish)/", route.path):
            continue
        for hidden in (full.hidden[0], full.hidden[1], full.hidden[3]):
            told = []
            for code in (hidden.code, "PA-2026-000999"):
                path = re.sub(r"\{(\w+)\}", "note", route.path.replace("{code}", code))

                async def ask(who: Clerk, path: str = path) -> Answer:
                    return await who.post(path, fields)

                texts = await both(houses, name, ask)
                told += [text.replace(code, "") for text in texts]
            if len(set(told)) != 1:
                wrong.append((route.path, hidden.code, parted(told[0], told[2])))
    assert wrong == []
    assert full.desk.run(lambda unit: [unit.cases.get(case.id) for case in full.hidden]) == before


async def test_the_list_does_not_stir_when_a_hidden_case_does(houses: tuple[House, House]) -> None:
    """The page that waits for changes hears nothing of work on what its reader may not see."""
    full, _ = houses
    async with full.desk.clerk("handler") as accused:
        mark = re.search(r'"mark": "([^"]+)"', html.unescape((await accused.get("/console/cases")).text))
        assert mark
        quiet = await accused.part(f"/console/inbox?mark={mark[1]}")
        case = full.hidden[1]

        def work(unit: StoredWork) -> None:
            found = unit.cases.get(case.id)
            assert found is not None
            unit.cases.save(found)
            unit.cases.log(CaseEvent(case.id, unit.now, "noted", "colleague"))

        full.desk.run(work)
        after = await accused.part(f"/console/inbox?mark={mark[1]}")
    assert (quiet.status, dict(quiet.headers).get("hx-trigger")) == (204, None)
    assert (after.status, dict(after.headers).get("hx-trigger")) == (204, None)


@pytest.mark.parametrize("name", WATCHED)
async def test_no_glass_can_be_broken_over_a_hidden_case(houses: tuple[House, House], name: str) -> None:
    """Emergency access answers for a hidden case as for none, to a desk too, and nobody is told anything."""
    reason = "người dân gọi điện báo đang nguy hiểm"
    told = []
    for code in (houses[0].hidden[0].code, houses[0].hidden[1].code, houses[0].hidden[2].code, "PA-2026-000999"):

        async def ask(who: Clerk, code: str = code) -> Answer:
            return await who.post("/console/emergency", {"code": code, "reason": reason})

        told += [text.replace(code, "") for text in await both(houses, name, ask)]
    assert len(set(told)) == 1
    assert not any(tells(text, houses[0].hidden) for text in told)
