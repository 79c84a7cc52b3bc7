"""Writing requests are taken only from our own page (CSRF), in every way a browser may say where it is."""

from __future__ import annotations

import pytest

from tests.web.visitor import Visitor

BODY = b'{"message_id":"12345678-csrf","text":"x"}'
WRITING = ("/chat/messages", "/chat/files", "/chat/say", "/chat/leave")
FOREIGN: tuple[dict[str, str], ...] = (
    {},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": "cross-site", "origin": "OWN"},
    {"sec-fetch-site": ""},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "OWN.evil.example"},
    {"origin": "http://["},  # no address at all: refused like any other, and no fault of ours
    {"referer": "OWN/chat"},
)


@pytest.mark.parametrize("path", WRITING)
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
async def test_foreign_requests_are_refused(visitor: Visitor, path: str, headers: dict[str, str]) -> None:
    """Refused before anything is read or stored, and without a new session."""
    await visitor.say("của tôi")
    sent = {name: value.replace("OWN", visitor.url) for name, value in headers.items()}
    answer = await visitor.ask("POST", path, data=BODY, headers=sent)
    assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    assert len(await visitor.lines()) == 2


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "OWN"}], ids=str)
async def test_our_own_page_is_heard(visitor: Visitor, headers: dict[str, str]) -> None:
    """New browsers say it in Sec-Fetch-Site, older ones in Origin."""
    sent = {name: value.replace("OWN", visitor.url) for name, value in headers.items()}
    assert (await visitor.ask("POST", "/chat/messages", data=BODY, headers=sent)).status == 200
