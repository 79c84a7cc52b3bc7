"""Safe headers on every answer, good or bad, and the cookie's attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.stage import Desk, Stage, staged
from tests.web.visitor import Visitor, visiting
from web.app import WebServices

WANTED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(self), microphone=(self), camera=(self)",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
CHAT = ("", "/lines", "/hamlets", "/live", "/messages", "/files", "/say", "/leave")
BOARD = ("/", "/board.csv", "/cases/none", "/console", "/static/x/none.js", "/static/x/site.css", "/nowhere")
MACHINES = ("/healthz", "/readyz", "/metrics", "/openapi.json", "/webhook/telegram")


RUNS = re.compile(r"\son[a-z]+=|javascript:|<script(?![^>]*\s(?:src=|type=.application/json))")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An installation served safely with one page that fails."""

    def fail(locality: str) -> Sequence[tuple[str, str]]:
        raise RuntimeError("secret detail of the inside")

    def change(desk: Desk, services: WebServices) -> WebServices:
        return replace(services, hamlets=fail, secure_cookies=True)

    with staged(tmp_path_factory.mktemp("broken"), change) as present:
        yield present


@pytest.mark.parametrize("path", [f"/chat{path}" for path in CHAT] + [*BOARD, *MACHINES])
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
async def test_every_answer_carries_them(visitor: Visitor, method: str, path: str) -> None:
    """Pages, data, refusals and wrong methods alike."""
    answer = await visitor.ask(method, path)
    assert {name: answer.headers.get(name) for name in WANTED} == WANTED
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_a_broken_page_carries_them_and_shows_nothing_of_the_inside(broken: Stage) -> None:
    """500 is a plain page too."""
    async with visiting(broken.url) as visitor:
        answer = await visitor.get("/chat/hamlets", accept="text/html")
    assert (answer.status, answer.headers["x-content-type-options"]) == (500, "nosniff")
    assert "secret detail" not in answer.text
    assert "Có lỗi phía chúng tôi" in answer.text


async def test_hsts_only_where_the_site_is_served_safely(broken: Stage, visitor: Visitor) -> None:
    """On plain http it would lock people out."""
    async with visiting(broken.url) as safe:
        assert "strict-transport-security" in (await safe.get("/healthz")).headers
    assert "strict-transport-security" not in (await visitor.get("/healthz")).headers


@pytest.mark.parametrize("path", ["/chat", "/chat/lines", "/chat/hamlets"])
async def test_conversations_are_never_cached(visitor: Visitor, path: str) -> None:
    """Not by the browser, not by anything between."""
    await visitor.say("chào")
    assert (await visitor.get(path)).headers["cache-control"] == "no-store"


async def test_static_files_are_kept_under_their_version(visitor: Visitor) -> None:
    """The address on the page is kept for ever; any other version is asked for again."""
    page = (await visitor.get("/chat")).text
    current = page.split('src="/static/')[1].split("/")[0]
    assert "immutable" in (await visitor.get(f"/static/{current}/chat.js")).headers["cache-control"]
    assert (await visitor.get("/static/old/chat.js")).headers["cache-control"] == "no-cache"


async def test_a_mere_visit_sets_no_cookie(visitor: Visitor) -> None:
    """Looking stores nothing."""
    answers = [await visitor.get(path) for path in ("/", "/chat", "/chat/lines", "/chat/live", "/chat?start=xa-mau")]
    assert not any("set-cookie" in answer.headers for answer in answers)


async def test_the_cookie_on_plain_http(visitor: Visitor) -> None:
    """Not readable by scripts, not sent from other sites' forms, half a year."""
    cookie = (await visitor.say("chào")).headers["set-cookie"]
    assert cookie.startswith("hoiam=")
    assert cookie.endswith("Max-Age=15552000; Path=/; HttpOnly; SameSite=Lax")


async def test_the_cookie_where_the_site_is_served_safely(broken: Stage) -> None:
    """The prefix binds it to this host and to https."""
    async with visiting(broken.url) as visitor:
        cookie = (await visitor.say("chào")).headers["set-cookie"]
    assert cookie.startswith("__Host-hoiam=")
    assert cookie.endswith("Path=/; HttpOnly; SameSite=Lax; Secure")


async def test_the_cookie_is_not_written_again_the_same_day(visitor: Visitor) -> None:
    """Only the first answer carries it."""
    await visitor.say("một")
    assert "set-cookie" not in (await visitor.say("hai")).headers


def test_no_page_needs_inline_code_or_the_outside() -> None:
    """Templates hold no style attribute, handler, inline script or foreign address."""
    for template in (Path(__file__).parents[2] / "web" / "templates").rglob("*.html"):
        text = template.read_text("utf-8")
        assert " style=" not in text, template
        assert RUNS.findall(text) == [], template
        assert re.findall(r"""(?:src|href|action|content)=["'][^"']*://""", text) == [], template
        assert "<style" not in text
