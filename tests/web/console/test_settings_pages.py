"""Every page of the rules: shown to whom it is for, and to nobody else."""

from __future__ import annotations

import pytest

from tests.web.console.desk import Console

ROOT = "/console/settings"
PAGES = [
    "",
    "/history",
    "/history?what=calendar",
    "/approvals",
    "/calendar",
    "/calendar?year=2027",
    "/wording",
    "/wording?q=ho+so",
    "/wording/news_triaged",
    "/taxonomy",
    "/taxonomy/infra.road",
    "/taxonomy/+",
    "/deadlines",
    "/directory",
    "/directory/bodies/ubnd",
    "/directory/bodies/+",
    "/directory/posts/ct_ubnd",
    "/directory/hamlets/thon-1",
    "/directory/works/+",
    "/directory/contacts/all",
    "/directory/intake_fallback/hnd",
    "/directory/import",
    "/directory/export.yaml",
    "/officers",
    "/officers/+",
    "/replies",
]
DECIDERS = {"handler", "colleague", "union", "follow_up", "oversight", "admin", "admin2"}
OPEN_TO = {"/approvals": DECIDERS, "/replies": {"handler", "colleague", "union", "admin", "admin2"}}


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("page", PAGES)
async def test_an_administrator_sees_every_page(served: Console, page: str, lang: str) -> None:
    """Each page renders in both languages."""
    async with served.clerk("admin", lang) as admin:
        answer = await admin.get(ROOT + page)
    assert answer.status == 200
    assert "settings_" not in answer.text.replace("console/settings_", "")


@pytest.mark.parametrize("name", ["handler", "union", "contact", "follow_up", "oversight"])
@pytest.mark.parametrize("page", PAGES)
async def test_others_do_not_learn_that_a_page_exists(served: Console, page: str, name: str) -> None:
    """Whoever has no part in the rules gets the answer of an address that does not exist."""
    path = page.partition("?")[0]
    async with served.clerk(name) as someone:
        answer = await someone.get(ROOT + page)
    assert answer.status == (200 if name in OPEN_TO.get(path, set()) else 404)


@pytest.mark.parametrize(
    "page", ["/wording/nothing", "/taxonomy/nothing", "/directory/bodies/none", "/edits/99999", "/officers/x"]
)
async def test_what_is_not_there_is_missing(served: Console, page: str) -> None:
    """An unknown text, topic, body, edit or officer is a plain 404."""
    async with served.clerk("admin") as admin:
        assert (await admin.get(ROOT + page)).status == 404
