"""The shipped nginx and Caddy configurations, run in front of the application: what residents and strangers meet."""

from __future__ import annotations

import asyncio
import io
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.deploy.front import DEPLOY, NAME, Front, fronted
from tests.web.console.desk import PASSWORD, Console, code
from tests.web.visitor import Visitor
from web.api import STRANGERS
from web.console.forms import CAP as FORM_CAP
from web.security import FIXED, HSTS
from web.uploads import CAP, FORM_OVERHEAD
from web.webhooks import BODY_CAP

CAPS = [BODY_CAP, CAP + FORM_OVERHEAD, FORM_CAP]
EVERY_HEADER = {**FIXED, **HSTS}


@pytest.fixture
async def visitor(front: Front) -> AsyncIterator[Visitor]:
    """A resident's browser beyond the proxy."""
    async with front.browser() as http:
        yield Visitor(http, front.url)


async def test_a_resident_talks_through_the_proxy(visitor: Visitor) -> None:
    """The page comes, what is said is answered."""
    assert (await visitor.get("/chat")).status == 200
    assert (await visitor.say("đường hỏng")).status == 200
    assert [line["text"] for line in await visitor.lines()][-1] == "Bot nghe: đường hỏng"


async def test_the_chat_cookie_is_bound_to_this_host(visitor: Visitor) -> None:
    """The application speaks plain http to the proxy, and still marks its cookies for https alone."""
    cookie = (await visitor.say("chào")).headers["set-cookie"]
    assert cookie.startswith("__Host-hoiam=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


async def test_live_replies_are_not_held_back(visitor: Visitor) -> None:
    """The stream begins at once, and a line comes while it is open."""
    await visitor.say("chào")
    async with asyncio.timeout(10), visitor.http.get(f"{visitor.url}/chat/live?after=0") as stream:
        assert (await stream.content.readline()).startswith(b"retry:")
        await visitor.say("còn đây không")
        seen = b""
        while "Bot nghe: còn đây không".encode() not in seen:
            seen += await stream.content.readline()
    assert stream.headers["content-type"].startswith("text/event-stream")


async def test_a_file_of_20_mb_arrives(front: Front, visitor: Visitor) -> None:
    """And no copy of it in clear was laid down on the way."""
    sent = await visitor.upload(b"\xff\xd8" + b"m" * (CAP - 2))
    assert (sent.status, sent.json["size"]) == (200, CAP)
    scratch = [path for path in (front.folder / "scratch").rglob("*") if path.is_file()]
    log = front.folder / "error.log"
    assert (scratch, "temporary file" in log.read_text() if log.exists() else False) == ([], False)


async def test_a_picture_in_the_plain_form_arrives(visitor: Visitor) -> None:
    """Browsers without scripts send it with the message itself."""
    form = aiohttp.FormData({"message_id": "form-12345678", "text": "ảnh đây"}, default_to_multipart=True)
    form.add_field("file", io.BytesIO(b"\xff\xd8" + b"m" * 4_000_000), filename="a.jpg", content_type="image/jpeg")
    headers = {"sec-fetch-site": "same-origin", "accept": "text/html"}
    assert (await visitor.ask("POST", "/chat/say", data=form, headers=headers)).status == 303


async def test_a_slightly_larger_file_hears_the_applications_sentence(visitor: Visitor) -> None:
    """The proxy leaves room for it."""
    sent = await visitor.upload(b"m" * (CAP + 1))
    assert (sent.status, "20 MB" in sent.json["detail"] if "detail" in sent.json else True) == (413, True)


@pytest.mark.parametrize(
    ("path", "over"),
    [("/chat/files", CAPS[1] + 1), ("/chat/messages", CAPS[0] + 1), ("/webhook/telegram", CAPS[0] + 1)],
)
async def test_what_is_far_too_large_is_refused(visitor: Visitor, path: str, over: int) -> None:
    """413, from whoever notices first."""
    headers = {"sec-fetch-site": "same-origin"}
    assert (await visitor.ask("POST", path, data=b"m" * over, headers=headers)).status == 413


async def test_a_body_of_just_1_mb_is_read(visitor: Visitor) -> None:
    """A message whose blanks fill it up to the cap is taken."""
    said = b'{"message_id": "filled-to-the-cap", "text": "x"}'.ljust(BODY_CAP)
    headers = {"sec-fetch-site": "same-origin"}
    assert (await visitor.ask("POST", "/chat/messages", data=said, headers=headers)).status == 200


@pytest.mark.parametrize(
    "path", ["/", "/chat", "/console/login", "/static/1/site.css", "/nothing", "/metrics", "/readyz"]
)
async def test_every_answer_carries_the_safe_headers_once(visitor: Visitor, path: str) -> None:
    """The application's own and the proxy's; nobody hears which version of what runs."""
    answer = await visitor.get(path)
    for name, value in EVERY_HEADER.items():
        given = answer.headers.getall(name)  # type: ignore[attr-defined]
        assert len(given) == 1, name
        assert given == [value] or (name == "content-security-policy" and "default-src 'none'" in given[0])
    assert not re.search(r"\d|uvicorn", answer.headers.get("server", ""))


@pytest.mark.parametrize(
    "path", ["/metrics", "/readyz", "//metrics", "/%6detrics", "/./readyz", "/metrics?x=1", "/chat/../metrics"]
)
async def test_figures_and_state_are_not_public(front: Front, path: str) -> None:
    """However the address is written."""
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port, ssl=front.trust(), server_hostname=NAME)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    assert answer.split(" ")[1] in ("404", "301", "308", "400")
    assert not re.search("hoiam_|database|python_info", answer)


async def test_an_officer_signs_in_with_cookies_for_https_alone(front: Front, behind: Console) -> None:
    """`__Host-`, Secure, HttpOnly, Strict; and the session works through the proxy."""
    async with front.browser() as http:
        visitor = Visitor(http, front.url)
        form = {"login": "handler", "password": PASSWORD, "code": code(behind.clock())}
        headers = {"origin": f"https://{NAME}", "accept": "text/html"}  # an older browser
        answer = await visitor.ask("POST", "/console/login", data=form, headers=headers)
        cookies = {one.partition("=")[0]: one for one in answer.headers.getall("set-cookie")}  # type: ignore[attr-defined]
        assert (answer.status, (await visitor.get("/console/cases", accept="text/html")).status) == (303, 200)
        behind.clock.move(seconds=30)  # the next code, for the other proxy's turn
    given = set(cookies["__Host-hoiam-desk"].lower().split("; "))
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= given


async def test_styles_come_compressed_and_pages_do_not(visitor: Visitor) -> None:
    """A compressed page would give away the tokens in it."""
    style = re.search(r'href="(/static/[^"]+/site.css)"', (await visitor.get("/chat")).text)
    assert style
    packed = {"accept-encoding": "gzip"}
    found = [(await visitor.get(path, **packed)).headers.get("content-encoding") for path in (style[1], "/chat")]
    assert found == ["gzip", None]


async def test_a_form_from_elsewhere_is_refused(visitor: Visitor) -> None:
    """The proxy keeps the host's name, so that the page's origin can be compared."""
    headers = {"origin": "https://xau.example", "accept": "text/html"}
    assert (await visitor.ask("POST", "/console/login", data={"login": "x"}, headers=headers)).status == 403


async def test_a_forged_address_slows_only_its_forger(front: Front) -> None:
    """Whatever a caller writes about where it comes from, it is counted as itself; its neighbour is still heard."""
    number = {"nginx": 21, "caddy": 31}[front.kind]
    async with front.browser(f"127.0.0.{number}") as forger, front.browser(f"127.0.0.{number + 1}") as neighbour:
        seen = []
        for count in range(STRANGERS + 1):
            forged = f"198.51.100.{count}"
            headers = {"X-Forwarded-For": f"{forged}, 127.0.0.1", "X-Real-IP": forged, "Forwarded": f"for={forged}"}
            async with forger.get(f"{front.url}/api/v1/figures", headers=headers) as answer:
                seen.append(answer.status)
        blamed = {"X-Forwarded-For": f"127.0.0.{number}"}
        async with neighbour.get(f"{front.url}/api/v1/figures", headers=blamed) as answer:
            assert answer.status == 401
    assert seen == [401] * STRANGERS + [429]


async def test_plain_http_is_led_to_https(front: Front) -> None:
    """Nothing is served in clear."""
    if front.kind == "caddy":
        pytest.skip("Caddy names the port of its own https, which is not 443 here")
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{front.plain_port}/chat?x=1", allow_redirects=False) as answer,
    ):
        assert (answer.status, answer.headers["location"]) == (301, f"https://{NAME}/chat?x=1")


async def test_another_name_gets_no_answer(front: Front) -> None:
    """Scanners that know only the number learn nothing."""
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", front.port, ssl=front.trust(), server_hostname="other.example")


async def test_while_the_application_rests_people_are_told_to_come_back(kind: str, tmp_path: Path) -> None:
    """503 in words, with the headers, and when to try again."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        closed = f"127.0.0.1:{door.getsockname()[1]}"
    with fronted(kind, tmp_path, closed) as front:
        async with front.browser() as http:
            answer = await Visitor(http, front.url).get("/chat")
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert set(EVERY_HEADER) <= {name.lower() for name in answer.headers}
    assert "xin thử lại" in answer.text


@pytest.mark.parametrize(
    ("file", "word"), [("nginx/hoiam.conf", "client_max_body_size"), ("caddy/Caddyfile", "max_size")]
)
def test_the_caps_are_the_applications(file: str, word: str) -> None:
    """A cap that is changed in one place is noticed in the other."""
    given = re.findall(rf"\b{word} (\d+)", (DEPLOY / file).read_text(encoding="utf-8"))
    assert {int(one) for one in given} == set(CAPS)
